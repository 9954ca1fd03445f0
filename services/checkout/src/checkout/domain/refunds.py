"""Refunds of an order. Each has its own status, apart from the order's status. Amounts are in minor units."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from checkout.domain.errors import KeyReused, RefundNotFound, RefundRefused

RefundPolicy = Literal["owner", "unshipped"]
"""`owner`: the owner approves every refund. `unshipped`: refunds are approved automatically until something ships."""


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    FAILED = "failed"


HOLDING_MONEY = (RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.SETTLED)
"""Of these the amount has gone back or may still go back."""
MAX_REFUNDS = 20
"""Refunds of one order, rejected and withdrawn ones too. Each leaves an event with all lines in the order's document."""

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
    approval_reason: str | None = None
    rejection_reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not decided, or its money was not sent."""
        return self.status in (RefundStatus.REQUESTED, RefundStatus.APPROVED)

    def moved_to(self, status: RefundStatus) -> Refund | None:
        """The refund in `status`; None if it has or had this status. Raises RefundRefused for a step that is not allowed."""
        if status is self.status or self.status in _NEXT[status]:
            return None
        if status not in _NEXT[self.status]:
            raise RefundRefused(f"A refund that is {self.status} cannot become {status}.")
        return replace(self, status=status)


Refunds = tuple[Refund, ...]
"""The refunds of one order, oldest first."""


def find(refunds: Refunds, refund_id: str) -> Refund:
    """Raises RefundNotFound."""
    for refund in refunds:
        if refund.refund_id == refund_id:
            return refund
    raise RefundNotFound(refund_id)


def amount_of(refunds: Refunds, *statuses: RefundStatus) -> int:
    """The sum of the refunds in these statuses."""
    return sum(refund.amount for refund in refunds if refund.status in statuses)


def is_repeated(refunds: Refunds, refund_id: str, fingerprint: str) -> bool:
    """Whether this refund was requested before. Raises KeyReused if another request has its id."""
    for refund in refunds:
        if refund.refund_id == refund_id:
            if refund.fingerprint != fingerprint:
                raise KeyReused(refund_id)
            return True
    return False


def with_request(refunds: Refunds, new: Refund, refundable: int) -> Refunds:
    """The refunds with one more, of at most `refundable`. Raises RefundRefused."""
    if len(refunds) >= MAX_REFUNDS:
        raise RefundRefused(f"At most {MAX_REFUNDS} refunds can be requested for one order.")
    if not 1 <= new.amount <= refundable:
        raise RefundRefused(f"At most {refundable} minor units are left to refund.")
    return (*refunds, new)


def with_step(refunds: Refunds, refund_id: str, status: RefundStatus, **details: Any) -> Refunds | None:
    """The refunds once this one is in `status`, with `details` as further fields; None if it has or had this status.

    Raises RefundNotFound, and RefundRefused for a step that is not allowed.
    """
    refund = find(refunds, refund_id)
    moved = refund.moved_to(status)
    if moved is None:
        return None
    return tuple(replace(moved, **details) if other is refund else other for other in refunds)


def refund_id_of(order_id: str, key: str) -> str:
    """The id of the refund that is requested for this order with this key."""
    return hashlib.sha256(f"{order_id}\x1f{key}".encode()).hexdigest()[:24]
