"""A refund of a trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RefundState(StrEnum):
    """Where a refund stands. `FAILED` is final, but for late money: that is `SETTLED` once an operator has returned it."""

    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to return, under an id that is unique in the trade; `late` when it arrived after the close."""

    refund_id: str
    amount: int
    late: bool = False
    state: RefundState = RefundState.PENDING
    settled_at: datetime | None = None
