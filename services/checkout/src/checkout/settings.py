"""Checkout's settings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What checkout needs beyond what every service has."""

    click_secret: str = Field(min_length=16, description="shared with the gateway, which signs clicks")
    payment_timeout_seconds: int = Field(default=900, ge=1, le=15 * 86_400, description="time to pay")
    refund_policy: Literal["owner", "unshipped"] = Field(
        default="owner",
        description="who agrees to a refund: always the owner, or nobody while nothing was sent",
    )
