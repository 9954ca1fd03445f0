"""Search's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once at start from ANCHORAGE_* variables."""

    search_dir: Path = Field(
        default=Path("search-index"),
        description="index and state of this replica; rebuilt from the streams when lost",
    )
    search_engine: Literal["embedded", "opensearch"] = "embedded"
    opensearch_url: str = "http://127.0.0.1:9200"
    search_hybrid: Path | None = Field(
        default=None,
        description="folder with the models' jars; turns on search by meaning (needs the extra `hybrid`)",
    )
    exposure_weight: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="by how much exposure priority 100 raises a product's score: 0.1 is 10 %",
    )
