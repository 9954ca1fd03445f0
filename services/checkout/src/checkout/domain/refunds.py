"""Refunds stand beside an order's main state, each with a small life of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class RefundStatus(StrEnum):
    """How far a refund is."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROCESSING = "processing"
    SETTLED = "settled"
    FAILED = "failed"

    @property
    def holds_money(self) -> bool:
        """Whether its amount is gone, or spoken for."""
        return self not in (RefundStatus.REJECTED, RefundStatus.FAILED)


class RefundRefused(Exception):
    """The refund is not possible now; the text says why."""


_FOLLOWING = {
    RefundStatus.REQUESTED: {RefundStatus.APPROVED, RefundStatus.REJECTED},
    RefundStatus.APPROVED: {RefundStatus.PROCESSING, RefundStatus.SETTLED, RefundStatus.FAILED},
    RefundStatus.PROCESSING: {RefundStatus.SETTLED, RefundStatus.FAILED},
    RefundStatus.REJECTED: set(),
    RefundStatus.SETTLED: set(),
    RefundStatus.FAILED: set(),
}


@dataclass(frozen=True, slots=True)
class Refund:
    """Money asked back. `fingerprint` tells a repeat of the same request from another one under the same key."""

    refund_id: str
    amount: int
    reason: str
    status: RefundStatus = RefundStatus.REQUESTED
    fingerprint: str = ""

    def moved_to(self, status: RefundStatus) -> Refund | None:
        """The refund in `status`; None when it is there already. Raises RefundRefused for a step that is not allowed."""
        if status is self.status:
            return None
        if status not in _FOLLOWING[self.status]:
            raise RefundRefused(f"a refund that is {self.status} cannot become {status}")
        return replace(self, status=status)
