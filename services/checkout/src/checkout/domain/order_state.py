"""What an order is, and the one way in which it moves from status to status. Amounts are integers in minor units (fen)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from checkout.domain import refunds, shipments
from checkout.domain.closing import Cancellation
from checkout.domain.coupon import CouponUse
from checkout.domain.payment_link import Payment
from checkout.domain.purchase import Address, Amounts, Attribution, Line
from checkout.domain.refunds import HOLDING_MONEY, Refunds, RefundStatus
from checkout.domain.shipments import Shipments
from checkout.domain.status import ENDED_UNPAID, UNPAID, Status, Trigger, next_status

MAX_NOTES = 50


@dataclass(frozen=True, slots=True)
class Note:
    """What the owner wrote about the order, for no buyer's eyes."""

    text: str
    at: datetime


@dataclass(slots=True)
class OrderState:
    """What was bought, and what became of it.

    `fingerprint` is that of the request that placed it, to tell a repeat from another request with the same key. `reason` says
    why the order was rejected or is ending. `unpaid_slot` is one of the few places that a buyer has for unpaid orders in a mini
    program, counted from 0; None once the order is paid or has ended. `receive_by` is when goods that are on their way count as
    received.
    """

    order_id: str
    mini_program_id: str
    host_id: str
    openid: str
    lines: tuple[Line, ...]
    amounts: Amounts
    placed_at: datetime
    expires_at: datetime
    region: str
    attribution: Attribution
    merchant: str
    payment_product: str
    return_url: str | None = None
    address: Address | None = None
    coupon: CouponUse | None = None
    fingerprint: str = ""
    unpaid_slot: int | None = None
    receive_by: datetime | None = None
    status: Status = Status.PLACED
    reason: str | None = None
    version: int = 0
    payment: Payment | None = None
    refunds: Refunds = ()
    shipments: Shipments = ()
    cancellation: Cancellation | None = None
    notes: tuple[Note, ...] = ()
    history: list[tuple[Status, datetime]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.amounts.total

    @property
    def coupon_code(self) -> str | None:
        """The code of the coupon that was used, also after it was given back."""
        return self.coupon.code if self.coupon is not None else None

    @property
    def refunded_total(self) -> int:
        """What has been sent back."""
        return refunds.amount_of(self.refunds, RefundStatus.SETTLED)

    @property
    def going_back(self) -> int:
        """What has been sent back or will be: nobody can stop an approved refund."""
        return refunds.amount_of(self.refunds, RefundStatus.APPROVED, RefundStatus.SETTLED)

    @property
    def refundable(self) -> int:
        """What is left to refund, after everything that was sent back or requested."""
        return self.total - refunds.amount_of(self.refunds, *HOLDING_MONEY)

    def to_ship(self) -> dict[str, int]:
        """The quantities that are left to send, by SKU."""
        return shipments.left_to_send(self.lines, self.shipments)

    @property
    def holds_receipt(self) -> bool:
        """Whether only the buyer can say that the goods were received: a refund is open, or goods are neither sent nor paid back."""
        left = self.to_ship()
        paid_for_unsent = sum(
            paid * left.get(line.sku_id, 0) // line.quantity
            for line, paid in zip(self.lines, self.amounts.paid_for(self.lines), strict=True)
        )
        return paid_for_unsent > self.refunded_total or any(refund.is_open for refund in self.refunds)

    def _move(self, trigger: Trigger, at: datetime) -> bool:
        following = next_status(self.status, trigger)
        if following is None:
            return False
        self._enter(following, at)
        return True

    def _enter(self, status: Status, at: datetime) -> None:
        if status is not self.status or not self.history:
            self.history.append((status, at))
        self.status = status
        self.version += 1
        if status not in UNPAID:
            self.unpaid_slot = None
        if status is not Status.SHIPPED:
            self.receive_by = None
        if self.coupon is not None and (status in ENDED_UNPAID or self._ended_by_owner):
            self.coupon = self.coupon.given_back()

    @property
    def _ended_by_owner(self) -> bool:
        """Whether it was cancelled after it had been paid, and all of its money is back."""
        return self.status is Status.REFUNDED and self.cancellation is not None
