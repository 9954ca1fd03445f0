"""Settings of the share code service."""

from __future__ import annotations

from pydantic import Field, FilePath

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of this service, in addition to those that every service has."""

    public_url: str = Field(default="http://127.0.0.1:8080", description="the gateway, as links start")
    max_image_bytes: int = Field(default=12 * 1024 * 1024, ge=1024)
    codes_per_minute: int = Field(default=5000, ge=1, description="new codes of one mini program")
    codes_per_sharer_and_day: int = Field(default=500, ge=1, description="new codes of one viewer")
    caption_font: FilePath | None = Field(
        default=None,
        description="a TTF or OTF for captions in PNG; by default that of the extra `chinese`, or Latin letters",
    )
