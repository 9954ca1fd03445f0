"""Settings of a run on one machine, from ANCHORAGE_* variables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]


class LocalSettings(BaseSettings):
    """Read once at start. Port 0 takes any free port.

    If `kafka` or `mongodb_uri` is set, the one that runs there is used and none is started.
    """

    model_config = SettingsConfigDict(
        env_prefix="ANCHORAGE_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    data: Path = Field(default=Path(".data"), description="all state: data, logs, secrets, fetched programs")
    cache: Path | None = Field(default=None, description="fetched programs, unless in `data`")
    prefix: str = Field(
        default="", pattern=r"^[a-z0-9_]{0,24}$", description="before topics, groups, databases"
    )
    trace_ratio: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="share of new traces that are recorded; a caller's sampling decision is followed",
    )
    platforms: bool = Field(default=True, description="start the demo's third-party platforms too")
    kafka: str | None = None
    mongodb_uri: str | None = None

    kafka_port: Port = 29092
    mongodb_port: Port = 27117
    gateway_port: Port = 8080
    host_demo_port: Port = 8088
    alipay_sandbox_port: Port = 8090
    identity_port: Port = 8101
    catalog_port: Port = 8102
    search_port: Port = 8103
    checkout_port: Port = 8104
    payment_port: Port = 8105
    sharecode_port: Port = 8106
    webhooks_port: Port = 8107
    feeds_port: Port = 8108
    huaiyu_port: Port = 8121
    chenglu_port: Port = 8122

    @property
    def programs(self) -> Path:
        """Where fetched programs are kept."""
        return self.cache or self.data / "runtime"
