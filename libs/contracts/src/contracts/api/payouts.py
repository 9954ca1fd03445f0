"""Payouts: what operators transfer to owners and creators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, ChangesQuery, Request
from contracts.api.settlements import Day

Status = Literal["pending", "settled"]


BankReference = Annotated[
    str, Field(pattern=r"^[!-~]([ -~]{0,62}[!-~])?$", description="the transfer's number at the bank")
]


class PayoutsQuery(ChangesQuery):
    """Which payouts to list, the oldest first; all if there is no `status`."""

    status: Status | None = None


class PayoutFileQuery(Request):
    """The day of the statements that are paid."""

    day: Day


class PayoutSettlementRequest(Request):
    """The transfer by which the bank has paid."""

    reference: BankReference


class PayoutView(Answer):
    """What a day's statement pays to an owner or a creator. It is `settled` once an operator has named the bank's transfer."""

    payout_id: str
    day: str
    mini_program_id: str
    payee: str
    payee_kind: Literal["owner", "creator"]
    amount: Annotated[int, Field(gt=0, description="minor units of CNY")]
    currency: Literal["CNY"] = "CNY"
    status: Status
    reference: str | None = None
    created_at: datetime
    settled_at: datetime | None = None
