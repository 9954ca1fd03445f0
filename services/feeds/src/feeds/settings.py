"""Settings of feeds."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from egress.allowance import read_allowances
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of this service, in addition to those that every service has."""

    feeds_dir: Path = Field(
        default=Path("feeds"), description="folder in which files are read; may be emptied"
    )
    egress_allow: str = Field(
        default="",
        description="for development: internal addresses that feeds may name, such as 127.0.0.1:9000-9999",
    )

    @field_validator("egress_allow")
    @classmethod
    def _check(cls, value: str) -> str:
        read_allowances(value)
        return value
