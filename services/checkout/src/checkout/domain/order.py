"""An order: what was bought at which price, and what has happened to it. No I/O, no clock, no randomness.

Every method that changes the order returns the events about the change. A repeat changes nothing and returns none.
Amounts are integers in minor units (fen).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from checkout.domain import events, refunds, shipments
from checkout.domain.closing import CANCELLED_BY_BUYER, CANCELLED_BY_OWNER, Cancellation
from checkout.domain.errors import IllegalTransition, NothingToShip, RefundRefused, TooManyNotes
from checkout.domain.events import OrderEvent
from checkout.domain.order_state import MAX_NOTES, Note, OrderState
from checkout.domain.payment_link import Payment
from checkout.domain.refunds import Refund, RefundStatus, refund_id_of
from checkout.domain.shipments import Shipment
from checkout.domain.status import OPEN, Status, Trigger, next_status

RECEIPT_AFTER = timedelta(days=10)
"""After the last parcel, goods usually count as received."""
BY_VIEWER: Final = "viewer"
BY_TIMEOUT: Final = "timeout"


@dataclass(slots=True)
class Order(OrderState):
    """One order of one buyer in one mini program: what can happen to it.

    A method that leaves `version` as it was has changed nothing; callers rely on that to skip the write.
    """

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
        going_back = self._refund_all(self.cancellation) if self.cancellation else []
        return [events.Paid(), *going_back]

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

    def cancel(self, cancellation: Cancellation) -> list[OrderEvent]:
        """The owner ends the order before anything was sent: unpaid it closes, paid all of its money goes back.

        Raises RefundRefused if there are too many refunds already.
        """
        if next_status(self.status, Trigger.CANCEL) is None:
            return []
        if self.status is Status.PAID:
            happened = self._refund_all(cancellation)
            self.cancellation = cancellation if happened else self.cancellation
            return happened
        if self.cancellation is not None:
            return []
        is_new, self.cancellation = self.status in OPEN, cancellation
        self._move(Trigger.CANCEL, cancellation.at)
        if not is_new:
            return []  # it is closing already
        self.reason = CANCELLED_BY_OWNER
        return [events.CloseRequested(CANCELLED_BY_OWNER)]

    def _refund_all(self, cancellation: Cancellation) -> list[OrderEvent]:
        """Approve what the buyer has requested, and refund the rest."""
        happened: list[OrderEvent] = []
        if self.refundable:
            refund_id = refund_id_of(self.order_id, f"cancellation\x1f{len(self.refunds)}")
            happened += self.request_refund(refund_id, None, cancellation.reason)
        for refund in self.refunds:
            if refund.status is RefundStatus.REQUESTED:
                happened += self.approve_refund(refund.refund_id, cancellation.at)
        return happened

    def ship(self, shipment: Shipment, receipt_after: timedelta = RECEIPT_AFTER) -> list[OrderEvent]:
        """A parcel was sent; without lines it holds all that is left. The same key, or tracking number of a carrier, is a repeat.

        The goods count as received `receipt_after` the last parcel.
        Raises NothingToShip for more than is left and when all of the money goes back, TooManyParcels, and KeyReused.
        """
        if shipments.is_repeated(self.shipments, shipment):
            return []
        if self.going_back >= self.total:
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

    def receive(self, at: datetime) -> list[OrderEvent]:
        """The buyer has received the goods."""
        return [events.Completed(BY_VIEWER)] if self._move(Trigger.RECEIVE, at) else []

    def time_out_receipt(self, at: datetime) -> list[OrderEvent]:
        """The goods count as received, if it is time and nothing holds it."""
        if self.receive_by is None or at < self.receive_by or self.holds_receipt:
            return []
        self._move(Trigger.RECEIVE, at)
        return [events.Completed(BY_TIMEOUT)]

    def add_note(self, note: Note) -> list[OrderEvent]:
        """The text of the newest note again is a repeat. Raises TooManyNotes."""
        if self.notes and self.notes[-1].text == note.text:
            return []
        if len(self.notes) >= MAX_NOTES:
            raise TooManyNotes(f"An order can have at most {MAX_NOTES} notes.")
        self.notes = (*self.notes, note)
        self.version += 1
        return []

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

    def approve_refund(self, refund_id: str, at: datetime, reason: str | None = None) -> list[OrderEvent]:
        """`reason` is for the buyer. Raises RefundNotFound, or RefundRefused in a wrong state; so do the other methods about a refund."""
        if not self._move_refund(refund_id, RefundStatus.APPROVED, approved_at=at, approval_reason=reason):
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
        return [
            events.Refunded(
                refund_id,
                amount,
                release_stock=in_full and not self.shipments,
                unsent=tuple(self.to_ship().items()) if in_full else (),
            )
        ]

    def fail_refund(self, refund_id: str) -> list[OrderEvent]:
        """The provider refused the refund for good; the amount can be requested again."""
        if not self._move_refund(refund_id, RefundStatus.FAILED):
            return []
        self.version += 1
        return [events.RefundFailed(refund_id, refunds.find(self.refunds, refund_id).amount)]

    def _move_refund(self, refund_id: str, status: RefundStatus, **details: Any) -> bool:
        """False if the refund has or had this status. `details` are further fields of the refund that the step sets."""
        moved = refunds.with_step(self.refunds, refund_id, status, **details)
        if moved is None:
            return False
        self.refunds = moved
        return True
