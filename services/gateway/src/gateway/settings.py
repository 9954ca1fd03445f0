"""The gateway's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from contracts.api.limits import MAX_RATE, LimitClass, PublicClass
from contracts.tokens.signing import MIN_SECRET_LENGTH
from runtime.settings import ServiceSettings

Rate = Annotated[int, Field(ge=1, le=MAX_RATE, description="calls of this class a second, for each caller")]


class Settings(ServiceSettings):
    """Addresses of the services, and the secrets that sign clicks and key the viewers' pseudonyms."""

    port: int = Field(default=8080, ge=0, le=65535)
    catalog_url: str = "http://127.0.0.1:8102"
    search_url: str = "http://127.0.0.1:8103"
    checkout_url: str = "http://127.0.0.1:8104"
    payment_url: str = "http://127.0.0.1:8105"
    sharecode_url: str = "http://127.0.0.1:8106"
    webhooks_url: str = "http://127.0.0.1:8107"
    feeds_url: str = "http://127.0.0.1:8108"
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="address of this gateway for callers"
    )
    click_secret: str = Field(min_length=MIN_SECRET_LENGTH, description="signs clicks; shared with checkout")
    viewer_secret: str = Field(
        min_length=MIN_SECRET_LENGTH, description="keys the viewers' pseudonyms; shared with identity"
    )

    limit_read: Rate = 2000
    limit_write: Rate = 1000
    limit_search: Rate = 1000
    limit_order: Rate = 500
    limit_scan: Rate = 100
    limit_bulk: Rate = 20
    limit_registration: int = Field(
        default=60, ge=1, le=MAX_RATE, description="owners that register from one address in an hour"
    )
    proxies: int = Field(
        default=0, ge=0, le=10, description="proxies in front that add their caller to X-Forwarded-For"
    )

    def limits(self) -> Mapping[LimitClass | PublicClass, int]:
        """The rate limit of each class of a caller's calls."""
        return {
            "read": self.limit_read,
            "write": self.limit_write,
            "search": self.limit_search,
            "order": self.limit_order,
            "scan": self.limit_scan,
            "bulk": self.limit_bulk,
        }

    def addresses(self) -> Mapping[str, str]:
        """The address of each service."""
        return {
            "identity": self.identity_url,
            "catalog": self.catalog_url,
            "search": self.search_url,
            "checkout": self.checkout_url,
            "payment": self.payment_url,
            "sharecode": self.sharecode_url,
            "webhooks": self.webhooks_url,
            "feeds": self.feeds_url,
        }
