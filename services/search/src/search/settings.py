"""What search can be told from outside, beside what every service can."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once at start from ANCHORAGE_* variables."""

    search_dir: Path = Field(
        default=Path("search-index"), description="index and state of this replica; may be lost at any time"
    )
    search_engine: Literal["embedded", "opensearch"] = "embedded"
    opensearch_url: str = "http://127.0.0.1:9200"
    search_hybrid: Path | None = Field(
        default=None,
        description="folder with the models' jars: given, products are also found by meaning (extra `hybrid`)",
    )
    exposure_weight: float = Field(
        default=0.1, ge=0, le=1, description="how much more the products of exposure priority 100 score"
    )
