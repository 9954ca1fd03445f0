"""What can happen to a trade. `application/contracts_out.py` maps these to contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payment.domain.shares import Shares


@dataclass(frozen=True, slots=True)
class Received:
    """The whole amount arrived while the trade was open, and was shared out."""

    trade_no: str
    amount: int
    at: datetime
    shares: Shares


@dataclass(frozen=True, slots=True)
class ReceivedLate:
    """Money arrived for a closed trade; it is refunded as `refund_id`."""

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
    """Money was refunded. `shares` is what this takes back from the payees, None for money that arrived late."""

    refund_id: str
    amount: int
    at: datetime
    shares: Shares | None


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """A refund will never be made; `late` if it was to return money that arrived late."""

    refund_id: str
    amount: int
    at: datetime
    reason: str
    late: bool


TradeEvent = Received | ReceivedLate | Closed | Refunded | RefundRefused
