"""What owners pay to the platform of the commission they owe."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, field_validator

from contracts.api.common import Answer, Request
from contracts.api.payouts import BankReference
from contracts.api.settlements import Day
from contracts.money import Money


class OwnerPaymentRequest(Request):
    """A bank transfer from an owner. The same transfer again changes nothing: `reference` is its key."""

    amount: Money
    reference: BankReference
    paid_on: Day

    @field_validator("amount")
    @classmethod
    def _check_amount(cls, amount: Money) -> Money:
        if amount.amount < 1:
            raise ValueError("must be at least 1 fen")
        return amount

    @field_validator("paid_on")
    @classmethod
    def _check_day(cls, paid_on: str) -> str:
        try:
            date.fromisoformat(paid_on)
        except ValueError:
            raise ValueError("is not a day of the calendar") from None
        return paid_on


class PaymentPart(Answer):
    """What is paid for one mini program."""

    mini_program_id: str
    amount: Money


class OwnerPaymentView(Answer):
    """A recorded payment. The next statement of each mini program in `parts` lists its part as `paid`."""

    payment_id: str
    owner_id: str
    amount: Money
    reference: str
    paid_on: Annotated[str, Field(description="the day in Beijing on which the money arrived")]
    parts: list[PaymentPart]
    recorded_at: datetime


class OwnerPaymentsPage(Answer):
    """An owner's payments, newest first, and what is owed by the statements so far less what was recorded since."""

    items: list[OwnerPaymentView]
    next_cursor: str | None = None
    owed: Money
