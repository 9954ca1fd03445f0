"""Refunds. Each has its own status, apart from the order's status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from checkout.domain.errors import RefundRefused

RefundPolicy = Literal["owner", "unshipped"]
"""`owner`: the owner approves every refund. `unshipped`: refunds are approved automatically until something ships."""


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    FAILED = "failed"

    @property
    def holds_money(self) -> bool:
        """Whether the amount has gone back or may still go back."""
        return self not in (RefundStatus.REJECTED, RefundStatus.WITHDRAWN, RefundStatus.FAILED)


_NEXT = {
    RefundStatus.REQUESTED: {RefundStatus.APPROVED, RefundStatus.REJECTED, RefundStatus.WITHDRAWN},
    RefundStatus.APPROVED: {RefundStatus.SETTLED, RefundStatus.FAILED},
    RefundStatus.REJECTED: set(),
    RefundStatus.WITHDRAWN: set(),
    RefundStatus.SETTLED: set(),
    RefundStatus.FAILED: set(),
}


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that the buyer wants back. `fingerprint` is that of the request, to tell a repeat from another request."""

    refund_id: str
    amount: int
    reason: str
    status: RefundStatus = RefundStatus.REQUESTED
    fingerprint: str = ""
    approved_at: datetime | None = None
    rejection_reason: str | None = None

    def moved_to(self, status: RefundStatus) -> Refund | None:
        """The refund in `status`; None if it has or had this status. Raises RefundRefused for a step that is not allowed."""
        if status is self.status or self.status in _NEXT[status]:
            return None
        if status not in _NEXT[self.status]:
            raise RefundRefused(f"A refund that is {self.status} cannot become {status}.")
        return replace(self, status=status)
