"""Checkout's settings."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from checkout.domain.order import RECEIPT_AFTER
from checkout.domain.refunds import RefundPolicy
from contracts.tokens.signing import MIN_SECRET_LENGTH
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    click_secret: str = Field(
        min_length=MIN_SECRET_LENGTH, description="shared with the gateway, which signs clicks"
    )
    order_secret: str = Field(
        min_length=MIN_SECRET_LENGTH, description="shared with payment, which believes sealed orders only"
    )
    payment_timeout_seconds: int = Field(default=900, ge=1, le=15 * 86_400, description="time to pay")
    max_unpaid_orders: int = Field(
        default=5, ge=1, le=1_000, description="unpaid orders that a viewer may have in one mini program"
    )
    content_check_url: str = Field(
        default="",
        description="a provider that checks reviews and answers; without one, a list of words does",
    )
    receipt_after: timedelta = Field(
        default=RECEIPT_AFTER,
        gt=timedelta(0),
        le=timedelta(days=365),
        description="how long after the last parcel goods count as received",
    )
    refund_policy: RefundPolicy = Field(
        default="owner",
        description="owner: the owner approves every refund; unshipped: approved automatically until something ships",
    )
