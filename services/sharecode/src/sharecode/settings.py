"""The share code service's settings."""

from __future__ import annotations

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What it needs beyond what every service has."""

    public_url: str = Field(default="http://127.0.0.1:8080", description="the gateway, as links name it")
    max_image_bytes: int = Field(default=12 * 1024 * 1024, ge=1024)
