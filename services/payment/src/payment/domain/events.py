"""What can happen to a trade: what the domain tells, before it is put into the words of contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payment.domain.shares import Shares


@dataclass(frozen=True, slots=True)
class Received:
    """The whole amount came while the trade was open, and was shared out."""

    trade_no: str
    amount: int
    at: datetime
    shares: Shares


@dataclass(frozen=True, slots=True)
class ReceivedLate:
    """Money came for a trade that had ended; it goes back as `refund_id`."""

    trade_no: str
    amount: int
    at: datetime
    refund_id: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The trade ended unpaid."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money went back; `shares` is what it takes back of the sharing out, None for money that came too late."""

    refund_id: str
    amount: int
    at: datetime
    shares: Shares | None


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """A refund will never be made."""

    refund_id: str
    amount: int
    at: datetime
    reason: str


Fact = Received | ReceivedLate | Closed | Refunded | RefundRefused
