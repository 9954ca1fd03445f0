"""Settings of the payment service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from payment.domain.schedule import Schedule
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where Alipay's merchants are described, where we are seen from outside, and how patient we are."""

    port: int = Field(default=8105, ge=0, le=65535)
    public_url: str = Field(default="http://127.0.0.1:8080", description="the gateway as seen from outside")
    notify_url: str = Field(
        default="", description="the gateway as Alipay's own servers reach it, where that is not `public_url`"
    )
    alipay_merchants: Path = Field(description="JSON file: the merchants that collect, with their keys")
    payment_first_look: timedelta = Field(
        default=timedelta(seconds=30), description="how long a notice may take before the provider is asked"
    )
    payment_retry: timedelta = Field(
        default=timedelta(seconds=1), description="the first pause after an answer that said nothing certain"
    )
    payment_margin: timedelta = Field(
        default=timedelta(seconds=2),
        description="how long after its deadline a link that nobody used counts as dead",
    )
    settlement_wait: timedelta = Field(
        default=timedelta(hours=1),
        description="how long after midnight in Beijing a day is settled by itself",
    )

    @property
    def schedule(self) -> Schedule:
        """When to ask again."""
        return Schedule(first=self.payment_first_look, retry=self.payment_retry, margin=self.payment_margin)
