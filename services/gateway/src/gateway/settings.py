"""The gateway's settings."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from contracts.tokens.signing import MIN_SECRET_LENGTH
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Addresses of the services, and the secrets that sign clicks and key the viewers' pseudonyms."""

    port: int = Field(default=8080, ge=0, le=65535)
    catalog_url: str = "http://127.0.0.1:8102"
    search_url: str = "http://127.0.0.1:8103"
    checkout_url: str = "http://127.0.0.1:8104"
    payment_url: str = "http://127.0.0.1:8105"
    sharecode_url: str = "http://127.0.0.1:8106"
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="address of this gateway for callers"
    )
    click_secret: str = Field(min_length=MIN_SECRET_LENGTH, description="signs clicks; shared with checkout")
    viewer_secret: str = Field(
        min_length=MIN_SECRET_LENGTH, description="keys the viewers' pseudonyms; shared with identity"
    )

    def addresses(self) -> Mapping[str, str]:
        """The address of each service."""
        return {
            "identity": self.identity_url,
            "catalog": self.catalog_url,
            "search": self.search_url,
            "checkout": self.checkout_url,
            "payment": self.payment_url,
            "sharecode": self.sharecode_url,
        }
