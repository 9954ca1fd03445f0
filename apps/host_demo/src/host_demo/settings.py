"""Settings of the demo host app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from runtime.settings import ServiceSettings


class Frozen(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(frozen=True)


class Words(Frozen):
    """One text in both languages."""

    zh: str
    en: str


class FeedVideo(Frozen):
    """A video of the host: its own data; the platform adds the anchors."""

    video_id: str
    title: Words
    likes: int = 0


class Host(Frozen):
    """One of the host apps that this process plays, with its credentials. `slug` is its part of the URL."""

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    host_id: str
    name: Words
    skin: Literal["short_video", "news"]
    client_id: str
    client_secret: SecretStr
    feed: tuple[FeedVideo, ...] = ()


class Settings(ServiceSettings):
    """Where the gateway is, and which hosts are played. The other addresses serve the start page's status lights.

    In containers, browsers need other addresses than processes do: then `public_url` is set, and the start page links only
    to what has a public address.
    """

    port: int = Field(default=8088, ge=0, le=65535)
    gateway_url: str = "http://127.0.0.1:8080"
    host_demo_hosts: tuple[Host, ...] = Field(
        default=(), description="JSON: the hosts that this process plays"
    )
    public_url: str | None = Field(default=None, description="the gateway as a browser reaches it")
    alipay_sandbox_url: str | None = None
    alipay_sandbox_public_url: str | None = None
    catalog_url: str | None = None
    search_url: str | None = None
    checkout_url: str | None = None
    payment_url: str | None = None
    sharecode_url: str | None = None

    def watched(self) -> Mapping[str, str]:
        """The processes whose state the start page shows, by name."""
        addresses = {
            "gateway": self.gateway_url,
            "identity": self.identity_url,
            "catalog": self.catalog_url,
            "search": self.search_url,
            "checkout": self.checkout_url,
            "payment": self.payment_url,
            "sharecode": self.sharecode_url,
            "alipay_sandbox": self.alipay_sandbox_url,
        }
        return {name: address.rstrip("/") for name, address in addresses.items() if address}

    def opened(self) -> Mapping[str, str]:
        """The addresses that a browser can open, by name."""
        if self.public_url is None:
            return self.watched()
        public = {"gateway": self.public_url, "alipay_sandbox": self.alipay_sandbox_public_url}
        return {name: address.rstrip("/") for name, address in public.items() if address}
