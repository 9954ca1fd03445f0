"""The gateway's settings."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from runtime.settings import ServiceSettings

SECRET_LENGTH = 32
"""Characters: as many as a SHA-256 key has bytes (RFC 2104, section 3)."""


class Settings(ServiceSettings):
    """Where the services are, and the secrets that sign clicks and key the viewers' pseudonyms."""

    port: int = Field(default=8080, ge=0, le=65535)
    catalog_url: str = "http://127.0.0.1:8102"
    search_url: str = "http://127.0.0.1:8103"
    checkout_url: str = "http://127.0.0.1:8104"
    payment_url: str = "http://127.0.0.1:8105"
    sharecode_url: str = "http://127.0.0.1:8106"
    public_url: str = Field(default="http://127.0.0.1:8080", description="this gateway as seen from outside")
    click_secret: str = Field(min_length=SECRET_LENGTH, description="signs clicks; checkout has it too")
    viewer_secret: str = Field(
        min_length=SECRET_LENGTH, description="keys the pseudonyms; identity has it too"
    )

    def addresses(self) -> Mapping[str, str]:
        """Where each service is."""
        return {
            "identity": self.identity_url,
            "catalog": self.catalog_url,
            "search": self.search_url,
            "checkout": self.checkout_url,
            "payment": self.payment_url,
            "sharecode": self.sharecode_url,
        }
