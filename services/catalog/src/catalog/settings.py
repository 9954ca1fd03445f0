"""The catalog's settings, in addition to those of every service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, field_validator

from egress.allowance import read_allowances
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once at start from ANCHORAGE_* variables."""

    media_dir: Path = Path("media")
    """The operator's pictures of mini programs, products and videos, served under /media/."""

    uploads: str = "uploads"
    """Where owners' pictures are stored: a folder, or `s3://bucket/prefix` with the AWS_* variables."""

    page_max_age: timedelta = timedelta(seconds=60)
    """No page shows a price or a stock level that is older than this. Usual are milliseconds; more only while MongoDB is
    unavailable."""

    payment_url: str = "http://127.0.0.1:8105"
    """Address of payment, which knows the merchants that can collect."""

    platform_bp: int = Field(default=600, ge=0, le=5_000)
    """The platform's commission, in basis points, of mini programs for which an operator has set none."""

    egress_allow: str = Field(
        default="",
        description="for development: internal addresses from which the pictures of feeds may be fetched, such as 127.0.0.1:9000-9999",
    )

    @field_validator("egress_allow")
    @classmethod
    def _check(cls, value: str) -> str:
        read_allowances(value)
        return value

    content_check_url: str = ""
    """A provider that checks texts of versions, products and videos; without one, a list of words does."""
