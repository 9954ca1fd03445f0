"""What the catalog can be told from outside, beside what every service can."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once at start from ANCHORAGE_* variables."""

    media_dir: Path = Path("media")
    """Pictures of mini programs, products and videos, served under /media/."""

    page_max_age: timedelta = timedelta(seconds=60)
    """No price or stock number older than this is shown; usual is milliseconds, more only while MongoDB is away."""
