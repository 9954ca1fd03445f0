"""An order: what was bought at which price, and what has happened to it. No I/O, no clock, no randomness.

Every method that changes the order returns the events about the change. A repeat changes nothing and returns none.
Amounts are integers in minor units (fen).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from checkout.domain import events, refunds, shipments
from checkout.domain.errors import IllegalTransition, NothingToShip, RefundRefused
from checkout.domain.events import OrderEvent
from checkout.domain.purchase import Address, Amounts, Attribution, Line
from checkout.domain.refunds import HOLDING_MONEY, Refund, Refunds, RefundStatus
from checkout.domain.shipments import Shipment, Shipments
from checkout.domain.status import UNPAID, Status, Trigger, next_status

CANCELLED_BY_BUYER = "cancelled_by_buyer"
PAYMENT_DEADLINE = "payment_deadline"
RECEIPT_AFTER = timedelta(days=10)
"""After the last parcel, goods usually count as received."""
BY_VIEWER: Final = "viewer"
BY_TIMEOUT: Final = "timeout"


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment link, and the trade's number once the order is paid."""

    status: str
    product: str
    out_trade_no: str
    cashier_url: str | None = None
    order_string: str | None = None
    trade_no: str | None = None


@dataclass(slots=True)
class Order:
    """One order of one buyer in one mini program.

    `fingerprint` is that of the request that placed it, to tell a repeat from another request with the same key. `reason` says
    why the order was rejected or is ending. `unpaid_slot` is one of the few places that a buyer has for unpaid orders in a mini
    program, counted from 0; None once the order is paid or has ended. `receive_by` is when goods that are on their way count as
    received. A method that leaves `version` as it was has changed nothing; callers rely on
    that to skip the write.
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
    coupon_code: str | None = None
    fingerprint: str = ""
    unpaid_slot: int | None = None
    receive_by: datetime | None = None
    status: Status = Status.PLACED
    reason: str | None = None
    version: int = 0
    payment: Payment | None = None
    refunds: Refunds = ()
    shipments: Shipments = ()
    history: list[tuple[Status, datetime]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.amounts.total

    @property
    def refunded_total(self) -> int:
        """What has been sent back."""
        return refunds.amount_of(self.refunds, RefundStatus.SETTLED)

    @property
    def _going_back(self) -> int:
        """What has been sent back or will be: nobody can stop an approved refund."""
        return refunds.amount_of(self.refunds, RefundStatus.APPROVED, RefundStatus.SETTLED)

    @property
    def refundable(self) -> int:
        """What is left to refund, after everything that was sent back or requested."""
        return self.total - refunds.amount_of(self.refunds, *HOLDING_MONEY)

    def place(self) -> list[OrderEvent]:
        self._enter(Status.PLACED, self.placed_at)
        return [events.Placed()]

    def reserve_stock(self, at: datetime) -> list[OrderEvent]:
        """Stock is reserved."""
        return [events.Confirmed()] if self._move(Trigger.STOCK_RESERVED, at) else []

    def reject_stock(self, reason: str, at: datetime) -> list[OrderEvent]:
        """Reject the order; `reason` is catalog's."""
        if not self._move(Trigger.STOCK_REJECTED, at):
            return []
        self.reason = reason
        return [events.Rejected(reason)]

    def request_payment(self, payment: Payment, at: datetime) -> list[OrderEvent]:
        """Store the payment link. It implies that stock is reserved; if the link arrives first, record both steps."""
        if payment == self.payment:
            return []
        happened = self.reserve_stock(at) if self.status is Status.PLACED else []
        if self._move(Trigger.PAYMENT_REQUESTED, at):
            self.payment = payment
        return happened

    def settle_payment(self, trade_no: str, at: datetime) -> list[OrderEvent]:
        """The whole amount was received."""
        if not self._move(Trigger.PAYMENT_SETTLED, at):
            return []
        self.reason = None
        before = self.payment or Payment("requested", self.payment_product, self.order_id)
        self.payment = Payment("settled", before.product, before.out_trade_no, trade_no=trade_no)
        return [events.Paid()]

    def close_payment(self, at: datetime) -> list[OrderEvent]:
        """Nothing was paid, and nothing can be paid any more."""
        if not self._move(Trigger.PAYMENT_CLOSED, at):
            return []
        if self.payment is not None:
            self.payment = Payment("closed", self.payment.product, self.payment.out_trade_no)
        return [events.Cancelled(self.reason or CANCELLED_BY_BUYER)]

    def cannot_be_paid(self, reason: str, at: datetime) -> list[OrderEvent]:
        """It never gets a link; `reason` is payment's."""
        if not self._move(Trigger.PAYMENT_IMPOSSIBLE, at):
            return []
        self.reason = self.reason or reason
        return [events.Cancelled(self.reason)]

    def close(self, reason: str, at: datetime) -> list[OrderEvent]:
        """The buyer cancelled or the deadline passed. Payment decides whether the money came first."""
        if not self._move(Trigger.CLOSE, at):
            return []
        self.reason = reason
        return [events.CloseRequested(reason)]

    def ship(self, shipment: Shipment, receipt_after: timedelta = RECEIPT_AFTER) -> list[OrderEvent]:
        """A parcel was sent; without lines it holds all that is left. The same tracking number of a carrier is a repeat.

        The goods count as received `receipt_after` the last parcel.
        Raises NothingToShip for more than is left and when all of the money goes back, and TooManyParcels.
        """
        if shipments.is_repeated(self.shipments, shipment):
            return []
        if self._going_back >= self.total:
            raise NothingToShip("The whole order is being refunded. Send nothing.")
        sent = shipments.with_parcel(self.shipments, shipment, self.to_ship())
        self._move(Trigger.SHIP, shipment.shipped_at)
        self.shipments = sent
        self.receive_by = shipment.shipped_at + receipt_after
        complete, lines = not self.to_ship(), sent[-1].lines
        return [events.Shipped(shipment.carrier, complete, shipment.shipment_id, lines)]

    def correct_shipment(
        self, shipment_id: str, carrier: str | None, tracking_number: str | None, at: datetime
    ) -> list[OrderEvent]:
        """A parcel on its way has another carrier or tracking number; None stays as it is.

        Raises ShipmentNotFound, CorrectionRefused, and IllegalTransition for an order that is not on its way.
        """
        corrected = shipments.with_correction(self.shipments, shipment_id, carrier, tracking_number, at)
        if self.status is not Status.SHIPPED:
            raise IllegalTransition(self.status, "correcting a parcel")
        if corrected is not None:
            self.shipments = corrected
            self.version += 1
        return []

    def to_ship(self) -> dict[str, int]:
        """The quantities that are left to send, by SKU."""
        return shipments.left_to_send(self.lines, self.shipments)

    def receive(self, at: datetime) -> list[OrderEvent]:
        """The buyer has received the goods."""
        return [events.Completed(BY_VIEWER)] if self._move(Trigger.RECEIVE, at) else []

    def time_out_receipt(self, at: datetime) -> list[OrderEvent]:
        """The goods count as received, if it is time and nothing holds it."""
        if self.receive_by is None or at < self.receive_by or self.holds_receipt:
            return []
        self._move(Trigger.RECEIVE, at)
        return [events.Completed(BY_TIMEOUT)]

    @property
    def holds_receipt(self) -> bool:
        """Whether only the buyer can say that the goods were received: a refund is open, or goods are neither sent nor paid back."""
        left = self.to_ship()
        unsent = sum(line.unit_price * left.get(line.sku_id, 0) for line in self.lines)
        paid_for_unsent = unsent * (self.amounts.subtotal - self.amounts.discount) // self.amounts.subtotal
        return paid_for_unsent > self.refunded_total or any(refund.is_open for refund in self.refunds)

    def request_refund(
        self, refund_id: str, amount: int | None, reason: str, fingerprint: str = ""
    ) -> list[OrderEvent]:
        """`amount` is to go back, or all that is left if None. The same request again is a repeat.

        Raises RefundRefused if less than `amount` is left or there are too many refunds already, and KeyReused if another
        request has this refund id.
        """
        if refunds.is_repeated(self.refunds, refund_id, fingerprint):
            return []
        if self.status not in (Status.PAID, Status.SHIPPED, Status.COMPLETED):
            raise RefundRefused(f"An order that is {self.status} has nothing to refund.")
        amount = self.refundable if amount is None else amount
        self.refunds = refunds.with_request(
            self.refunds, Refund(refund_id, amount, reason, fingerprint=fingerprint), self.refundable
        )
        self.version += 1
        return [events.RefundRequested(refund_id, amount, reason)]

    def approve_refund(self, refund_id: str, at: datetime) -> list[OrderEvent]:
        """Raises RefundNotFound, or RefundRefused in a wrong state; so do the other methods about a refund."""
        if not self._move_refund(refund_id, RefundStatus.APPROVED, approved_at=at):
            return []
        self.version += 1
        return [events.RefundApproved(refund_id, refunds.find(self.refunds, refund_id).amount)]

    def reject_refund(self, refund_id: str, reason: str) -> list[OrderEvent]:
        """The owner keeps the money, for a reason that the buyer reads."""
        if not self._move_refund(refund_id, RefundStatus.REJECTED, rejection_reason=reason):
            return []
        self.version += 1
        return [events.RefundRejected(refund_id, refunds.find(self.refunds, refund_id).amount)]

    def withdraw_refund(self, refund_id: str) -> list[OrderEvent]:
        """The buyer takes the request back. Possible until it is approved or rejected."""
        if not self._move_refund(refund_id, RefundStatus.WITHDRAWN):
            return []
        self.version += 1
        return [events.RefundWithdrawn(refund_id, refunds.find(self.refunds, refund_id).amount)]

    def settle_refund(self, refund_id: str, at: datetime) -> list[OrderEvent]:
        """The money was sent back. The order is refunded once all of its total has been."""
        if not self._move_refund(refund_id, RefundStatus.SETTLED):
            return []
        in_full = self.refunded_total >= self.total
        if in_full:
            self._move(Trigger.REFUND_IN_FULL, at)
        else:
            self.version += 1
        amount = refunds.find(self.refunds, refund_id).amount
        return [events.Refunded(refund_id, amount, release_stock=in_full and not self.shipments)]

    def fail_refund(self, refund_id: str) -> list[OrderEvent]:
        """The provider refused the refund for good; the amount can be requested again."""
        if self._move_refund(refund_id, RefundStatus.FAILED):
            self.version += 1
        return []

    def _move_refund(self, refund_id: str, status: RefundStatus, **details: Any) -> bool:
        """False if the refund has or had this status. `details` are further fields of the refund that the step sets."""
        moved = refunds.with_step(self.refunds, refund_id, status, **details)
        if moved is None:
            return False
        self.refunds = moved
        return True

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
