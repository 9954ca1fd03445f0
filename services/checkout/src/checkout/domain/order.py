"""An order: what was bought at which price, and what has happened to it. No I/O, no clock, no chance.

Every method changes the order and answers the events that tell of it; a repeat changes nothing and answers none.
Amounts are integers in minor units (fen).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from checkout.domain.events import (
    Cancelled,
    CloseRequested,
    Completed,
    Confirmed,
    OrderEvent,
    Paid,
    Placed,
    RefundAllowed,
    RefundAsked,
    RefundDeclined,
    Refunded,
    Rejected,
    Shipped,
)
from checkout.domain.refunds import Refund, RefundRefused, RefundStatus
from checkout.domain.status import Status, Trigger, next_status

CANCELLED_BY_BUYER = "cancelled_by_buyer"
PAYMENT_DEADLINE = "payment_deadline"


@dataclass(frozen=True, slots=True)
class Terms:
    """Commission shares in basis points, fixed at placement."""

    platform_bp: int
    creator_bp: int
    terms_version: int


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a SKU at the price of the moment of placement."""

    sku_id: str
    product_id: str
    title: str
    attributes: dict[str, str]
    unit_price: int
    quantity: int
    product_version: int
    terms: Terms

    @property
    def total(self) -> int:
        """Price times quantity."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Attribution:
    """What brought the buyer."""

    surface: str
    click_id: str | None = None
    video_id: str | None = None
    anchor_id: str | None = None
    creator_id: str | None = None
    share_code: str | None = None
    sharer: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """The link to pay, and the trade's number once it is paid."""

    status: str
    product: str
    out_trade_no: str
    cashier_url: str | None = None
    order_string: str | None = None
    trade_no: str | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel: so many of which SKUs."""

    shipment_id: str
    carrier: str
    tracking_number: str
    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime


class NothingToShip(Exception):
    """A parcel holds more than what is left to send."""


@dataclass(slots=True)
class Order:
    """One order of one viewer in one mini program."""

    order_id: str
    mini_program_id: str
    host_id: str
    openid: str
    lines: tuple[Line, ...]
    placed_at: datetime
    expires_at: datetime
    region: str
    attribution: Attribution
    merchant: str
    payment_product: str
    return_url: str | None = None
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
        return sum(line.total for line in self.lines)

    @property
    def refunded_total(self) -> int:
        """What has gone back."""
        return sum(r.amount for r in self.refunds if r.status is RefundStatus.SETTLED)

    @property
    def refundable(self) -> int:
        """What could still be asked back: neither gone back nor asked for."""
        return self.total - sum(r.amount for r in self.refunds if r.status.holds_money)

    def place(self) -> list[OrderEvent]:
        """The first event of a new order."""
        self._enter(Status.PLACED, self.placed_at)
        return [Placed()]

    def reserve_stock(self, at: datetime) -> list[OrderEvent]:
        """Stock is held. For an order that has ended meanwhile: say so again, so that the stock goes back."""
        if self.status is Status.CANCELLED:
            self.version += 1
            return [Cancelled(self.reason or CANCELLED_BY_BUYER)]
        return [Confirmed()] if self._move(Trigger.STOCK_RESERVED, at) else []

    def reject_stock(self, reason: str, at: datetime) -> list[OrderEvent]:
        """Stock is not to be had."""
        if not self._move(Trigger.STOCK_REJECTED, at):
            return []
        self.reason = reason
        return [Rejected(reason)]

    def request_payment(self, payment: Payment, at: datetime) -> list[OrderEvent]:
        """The link is there. Money is asked for when stock is held: whoever hears of the money first knows both."""
        if payment == self.payment:
            return []
        told = self.reserve_stock(at) if self.status is Status.PLACED else []
        if self._move(Trigger.PAYMENT_REQUESTED, at):
            self.payment = payment
        return told

    def settle_payment(self, trade_no: str, at: datetime) -> list[OrderEvent]:
        """The whole amount was received."""
        if not self._move(Trigger.PAYMENT_SETTLED, at):
            return []
        self.reason = None
        before = self.payment or Payment("requested", self.payment_product, self.order_id)
        self.payment = Payment("settled", before.product, before.out_trade_no, trade_no=trade_no)
        return [Paid()]

    def close_payment(self, at: datetime) -> list[OrderEvent]:
        """Nothing was received and nothing can be any more."""
        if not self._move(Trigger.PAYMENT_CLOSED, at):
            return []
        if self.payment is not None:
            self.payment = Payment("closed", self.payment.product, self.payment.out_trade_no)
        return [Cancelled(self.reason or CANCELLED_BY_BUYER)]

    def close(self, reason: str, at: datetime) -> list[OrderEvent]:
        """Cancel, or the deadline passed: payment decides whether the money came first."""
        if not self._move(Trigger.CLOSE, at):
            return []
        self.reason = reason
        return [CloseRequested(reason)]

    def ship(self, shipment: Shipment) -> list[OrderEvent]:
        """A parcel is on its way; without lines it takes all that is left. Raises NothingToShip for more than that."""
        left = self.to_ship()
        lines = shipment.lines or tuple(left.items())
        if (
            not lines
            or len(dict(lines)) != len(lines)
            or any(quantity > left.get(sku_id, 0) for sku_id, quantity in lines)
        ):
            raise NothingToShip("the parcel holds more than what is left to send")
        self._move(Trigger.SHIP, shipment.shipped_at)
        self.shipments = (*self.shipments, replace(shipment, lines=lines))
        return [Shipped(shipment.carrier, complete=not self.to_ship())]

    def to_ship(self) -> dict[str, int]:
        """What is left to send, by SKU."""
        left = {line.sku_id: line.quantity for line in self.lines}
        for shipment in self.shipments:
            for sku_id, quantity in shipment.lines:
                left[sku_id] -= quantity
        return {sku_id: quantity for sku_id, quantity in left.items() if quantity}

    def receive(self, at: datetime) -> list[OrderEvent]:
        """The buyer says that all has come."""
        return [Completed()] if self._move(Trigger.RECEIVE, at) else []

    def ask_refund(self, refund: Refund) -> list[OrderEvent]:
        """The buyer asks for money back; raises RefundRefused when there is not that much to give."""
        if self.status not in (Status.PAID, Status.SHIPPED, Status.COMPLETED):
            raise RefundRefused(f"an order that is {self.status} has nothing to refund")
        if not 1 <= refund.amount <= self.refundable:
            raise RefundRefused(f"at most {self.refundable} minor units are left to refund")
        self.refunds = (*self.refunds, refund)
        self.version += 1
        return [RefundAsked(refund.refund_id, refund.amount, refund.reason)]

    def approve_refund(self, refund_id: str) -> list[OrderEvent]:
        """The owner, or policy, agrees. Raises KeyError for an unknown refund, RefundRefused in a wrong state."""
        refund = self.refund(refund_id)
        if not self._change(refund, RefundStatus.APPROVED):
            return []
        return [RefundAllowed(refund_id, refund.amount)]

    def decline_refund(self, refund_id: str) -> list[OrderEvent]:
        """The owner declines."""
        refund = self.refund(refund_id)
        if not self._change(refund, RefundStatus.REJECTED):
            return []
        return [RefundDeclined(refund_id, refund.amount)]

    def settle_refund(self, refund_id: str, at: datetime) -> list[OrderEvent]:
        """The money has gone back; the order becomes refunded when all of it has."""
        refund = self.refund(refund_id)
        if not self._change(refund, RefundStatus.SETTLED):
            return []
        if self.refunded_total < self.total:
            return [Refunded(refund_id, refund.amount, release_stock=False)]
        release = not self.shipments
        self.version -= 1  # the move below counts the change
        self._move(Trigger.REFUND_IN_FULL, at)
        return [Refunded(refund_id, refund.amount, release_stock=release)]

    def fail_refund(self, refund_id: str) -> list[OrderEvent]:
        """The provider refused for good; the amount can be asked for again."""
        self._change(self.refund(refund_id), RefundStatus.FAILED)
        return []

    def refund(self, refund_id: str) -> Refund:
        """The refund of that id; raises KeyError."""
        for refund in self.refunds:
            if refund.refund_id == refund_id:
                return refund
        raise KeyError(refund_id)

    def _change(self, refund: Refund, status: RefundStatus) -> bool:
        changed = refund.moved_to(status)
        if changed is None:
            return False
        self.refunds = tuple(changed if r.refund_id == refund.refund_id else r for r in self.refunds)
        self.version += 1
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
