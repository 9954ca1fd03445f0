"""Settings of the payment service. Durations are ISO 8601 in the environment: PT30S."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from contracts.tokens.signing import MIN_SECRET_LENGTH
from payment.domain.schedule import Schedule
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """The merchants, our addresses, and how long payment waits."""

    port: int = Field(default=8105, ge=0, le=65535)
    public_url: str = Field(default="http://127.0.0.1:8080", description="the gateway's address for browsers")
    notify_url: str = Field(
        default="", description="the gateway's address for Alipay's servers, if it is not `public_url`"
    )
    alipay_merchants: Path = Field(description="JSON file: the merchants that collect, with their keys")
    order_secret: str = Field(
        min_length=MIN_SECRET_LENGTH, description="shared with checkout, which seals orders with it"
    )
    payment_first_look: timedelta = Field(
        default=timedelta(seconds=30), description="how late a notice may be before the provider is queried"
    )
    payment_retry: timedelta = Field(
        default=timedelta(seconds=1), description="first backoff after an answer that was not certain"
    )
    payment_margin: timedelta = Field(
        default=timedelta(seconds=2), description="how long after its deadline an unused link counts as dead"
    )
    settlement_wait: timedelta = Field(
        default=timedelta(hours=1), description="how long after midnight in Beijing a day is settled"
    )

    @property
    def schedule(self) -> Schedule:
        """When the provider is queried."""
        return Schedule(first=self.payment_first_look, retry=self.payment_retry, margin=self.payment_margin)
