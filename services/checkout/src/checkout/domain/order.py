"""An order: what was bought at which price, and what has happened to it. No I/O, no clock, no randomness.

Every method that changes the order returns the events about the change. A repeat changes nothing and returns none.
Amounts are integers in minor units (fen).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from checkout.domain.errors import KeyReused, NothingToShip, RefundNotFound, RefundRefused, TooManyParcels
from checkout.domain.events import (
    Cancelled,
    CloseRequested,
    Completed,
    Confirmed,
    OrderEvent,
    Paid,
    Placed,
    RefundApproved,
    Refunded,
    RefundRejected,
    RefundRequested,
    RefundWithdrawn,
    Rejected,
    Shipped,
)
from checkout.domain.purchase import Address, Amounts, Attribution, Line
from checkout.domain.refunds import Refund, RefundStatus
from checkout.domain.shipments import MAX_PARCELS, Shipment
from checkout.domain.status import UNPAID, Status, Trigger, next_status

CANCELLED_BY_BUYER = "cancelled_by_buyer"
PAYMENT_DEADLINE = "payment_deadline"
MAX_REFUNDS = 20
"""Refunds of one order, rejected and withdrawn ones too. Each leaves an event with all lines in the order's document."""


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
    program, counted from 0; None once the order is paid or has ended. A method that leaves `version` as it was has changed nothing; callers rely on
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
    status: Status = Status.PLACED
    reason: str | None = None
    version: int = 0
    payment: Payment | None = None
    refunds: tuple[Refund, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    history: list[tuple[Status, datetime]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.amounts.total

    @property
    def refunded_total(self) -> int:
        """What has been sent back."""
        return sum(r.amount for r in self.refunds if r.status is RefundStatus.SETTLED)

    @property
    def _going_back(self) -> int:
        """What has been sent back or will be: nobody can stop an approved refund."""
        return sum(
            r.amount for r in self.refunds if r.status in (RefundStatus.APPROVED, RefundStatus.SETTLED)
        )

    @property
    def refundable(self) -> int:
        """What is left to refund, after everything that was sent back or requested."""
        return self.total - sum(r.amount for r in self.refunds if r.status.holds_money)

    def place(self) -> list[OrderEvent]:
        self._enter(Status.PLACED, self.placed_at)
        return [Placed()]

    def reserve_stock(self, at: datetime) -> list[OrderEvent]:
        """Stock is reserved."""
        return [Confirmed()] if self._move(Trigger.STOCK_RESERVED, at) else []

    def reject_stock(self, reason: str, at: datetime) -> list[OrderEvent]:
        """Reject the order; `reason` is catalog's."""
        if not self._move(Trigger.STOCK_REJECTED, at):
            return []
        self.reason = reason
        return [Rejected(reason)]

    def request_payment(self, payment: Payment, at: datetime) -> list[OrderEvent]:
        """Store the payment link. It implies that stock is reserved; if the link arrives first, record both steps."""
        if payment == self.payment:
            return []
        events = self.reserve_stock(at) if self.status is Status.PLACED else []
        if self._move(Trigger.PAYMENT_REQUESTED, at):
            self.payment = payment
        return events

    def settle_payment(self, trade_no: str, at: datetime) -> list[OrderEvent]:
        """The whole amount was received."""
        if not self._move(Trigger.PAYMENT_SETTLED, at):
            return []
        self.reason = None
        before = self.payment or Payment("requested", self.payment_product, self.order_id)
        self.payment = Payment("settled", before.product, before.out_trade_no, trade_no=trade_no)
        return [Paid()]

    def close_payment(self, at: datetime) -> list[OrderEvent]:
        """Nothing was paid, and nothing can be paid any more."""
        if not self._move(Trigger.PAYMENT_CLOSED, at):
            return []
        if self.payment is not None:
            self.payment = Payment("closed", self.payment.product, self.payment.out_trade_no)
        return [Cancelled(self.reason or CANCELLED_BY_BUYER)]

    def cannot_be_paid(self, reason: str, at: datetime) -> list[OrderEvent]:
        """It never gets a link; `reason` is payment's."""
        if not self._move(Trigger.PAYMENT_IMPOSSIBLE, at):
            return []
        self.reason = self.reason or reason
        return [Cancelled(self.reason)]

    def close(self, reason: str, at: datetime) -> list[OrderEvent]:
        """The buyer cancelled or the deadline passed. Payment decides whether the money came first."""
        if not self._move(Trigger.CLOSE, at):
            return []
        self.reason = reason
        return [CloseRequested(reason)]

    def ship(self, shipment: Shipment) -> list[OrderEvent]:
        """A parcel was sent; without lines it holds all that is left. The same tracking number of a carrier is a repeat.

        Raises NothingToShip for more than is left and when all of the money goes back, and TooManyParcels.
        """
        if any(
            (s.carrier, s.tracking_number) == (shipment.carrier, shipment.tracking_number)
            for s in self.shipments
        ):
            return []
        if self._going_back >= self.total:
            raise NothingToShip("The whole order is being refunded. Send nothing.")
        if len(self.shipments) >= MAX_PARCELS:
            raise TooManyParcels(f"An order can be sent in at most {MAX_PARCELS} parcels.")
        left = self.to_ship()
        lines = shipment.lines or tuple(left.items())
        if (
            not lines
            or len(dict(lines)) != len(lines)
            or any(quantity > left.get(sku_id, 0) for sku_id, quantity in lines)
        ):
            raise NothingToShip("The parcel is empty, names a SKU twice, or holds more than is left to send.")
        self._move(Trigger.SHIP, shipment.shipped_at)
        self.shipments = (*self.shipments, replace(shipment, lines=lines))
        return [Shipped(shipment.carrier, complete=not self.to_ship())]

    def to_ship(self) -> dict[str, int]:
        """The quantities that are left to send, by SKU."""
        left = {line.sku_id: line.quantity for line in self.lines}
        for shipment in self.shipments:
            for sku_id, quantity in shipment.lines:
                left[sku_id] -= quantity
        return {sku_id: quantity for sku_id, quantity in left.items() if quantity}

    def receive(self, at: datetime) -> list[OrderEvent]:
        """The buyer has received the goods."""
        return [Completed()] if self._move(Trigger.RECEIVE, at) else []

    def request_refund(
        self, refund_id: str, amount: int | None, reason: str, fingerprint: str = ""
    ) -> list[OrderEvent]:
        """`amount` is to go back, or all that is left if None. The same request again is a repeat.

        Raises RefundRefused if less than `amount` is left or there are MAX_REFUNDS already, and KeyReused if another request has this refund id.
        """
        for known in self.refunds:
            if known.refund_id == refund_id:
                if known.fingerprint != fingerprint:
                    raise KeyReused(refund_id)
                return []
        if self.status not in (Status.PAID, Status.SHIPPED, Status.COMPLETED):
            raise RefundRefused(f"An order that is {self.status} has nothing to refund.")
        if len(self.refunds) >= MAX_REFUNDS:
            raise RefundRefused(f"At most {MAX_REFUNDS} refunds can be requested for one order.")
        amount = self.refundable if amount is None else amount
        if not 1 <= amount <= self.refundable:
            raise RefundRefused(f"At most {self.refundable} minor units are left to refund.")
        self.refunds = (*self.refunds, Refund(refund_id, amount, reason, fingerprint=fingerprint))
        self.version += 1
        return [RefundRequested(refund_id, amount, reason)]

    def approve_refund(self, refund_id: str, at: datetime) -> list[OrderEvent]:
        """Raises RefundNotFound, or RefundRefused in a wrong state; so do the other methods about a refund."""
        refund = self._refund(refund_id)
        if not self._move_refund(refund, RefundStatus.APPROVED, approved_at=at):
            return []
        self.version += 1
        return [RefundApproved(refund_id, refund.amount)]

    def reject_refund(self, refund_id: str, reason: str) -> list[OrderEvent]:
        """The owner keeps the money, for a reason that the buyer reads."""
        refund = self._refund(refund_id)
        if not self._move_refund(refund, RefundStatus.REJECTED, rejection_reason=reason):
            return []
        self.version += 1
        return [RefundRejected(refund_id, refund.amount)]

    def withdraw_refund(self, refund_id: str) -> list[OrderEvent]:
        """The buyer takes the request back. Possible until it is approved or rejected."""
        refund = self._refund(refund_id)
        if not self._move_refund(refund, RefundStatus.WITHDRAWN):
            return []
        self.version += 1
        return [RefundWithdrawn(refund_id, refund.amount)]

    def settle_refund(self, refund_id: str, at: datetime) -> list[OrderEvent]:
        """The money was sent back. The order is refunded once all of its total has been."""
        refund = self._refund(refund_id)
        if not self._move_refund(refund, RefundStatus.SETTLED):
            return []
        in_full = self.refunded_total >= self.total
        if in_full:
            self._move(Trigger.REFUND_IN_FULL, at)
        else:
            self.version += 1
        return [Refunded(refund_id, refund.amount, release_stock=in_full and not self.shipments)]

    def fail_refund(self, refund_id: str) -> list[OrderEvent]:
        """The provider refused the refund for good; the amount can be requested again."""
        if self._move_refund(self._refund(refund_id), RefundStatus.FAILED):
            self.version += 1
        return []

    def _refund(self, refund_id: str) -> Refund:
        for refund in self.refunds:
            if refund.refund_id == refund_id:
                return refund
        raise RefundNotFound(refund_id)

    def _move_refund(self, refund: Refund, status: RefundStatus, **details: Any) -> bool:
        """`details` are further fields of the refund that the step sets."""
        moved = refund.moved_to(status)
        if moved is None:
            return False
        moved = replace(moved, **details)
        self.refunds = tuple(moved if r is refund else r for r in self.refunds)
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
