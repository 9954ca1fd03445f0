"""Events that checkout publishes: the life of an order.

No event holds a name, a phone number or a street; the region is the only part of the address.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.engagement import Surface
from contracts.event import Event, Identifier, Text, Value, published
from contracts.money import Money
from contracts.order_snapshot import OrderSnapshot
from contracts.terms import CommissionTerms
from contracts.topics import ORDERS, Topic


class OrderLine(Value):
    """A line of an order. Price, title and terms are fixed when the order is placed."""

    sku_id: Identifier
    product_id: Identifier
    title: Text
    attributes: dict[str, str] = {}
    unit_price: Money
    quantity: int = Field(ge=1)
    line_total: Money
    product_version: int = Field(ge=0)
    terms: CommissionTerms


class ParcelLine(Value):
    """A SKU and how many pieces of it."""

    sku_id: Identifier
    quantity: int = Field(ge=1)


class Attribution(Value):
    """What brought the buyer, taken from the signed click."""

    surface: Surface
    click_id: str | None = None
    video_id: Identifier | None = None
    anchor_id: Identifier | None = None
    creator_id: Identifier | None = None
    share_code: Identifier | None = None
    sharer: Identifier | None = None


class OrderEvent(Event):
    """Something happened to an order."""

    topic: ClassVar[Topic] = ORDERS

    order_id: str = Field(pattern=r"^[A-Za-z0-9_]{1,64}$")
    mini_program_id: str
    at: datetime = Field(description="when it happened, UTC")
    order: OrderSnapshot | None = Field(
        default=None, description="the order right after it, on events that owners are told of"
    )


class OrderEventWithLines(OrderEvent):
    """An order event that carries what was bought, so that readers need not look it up."""

    host_id: Identifier
    openid: Identifier
    lines: tuple[OrderLine, ...]
    total: Money
    attribution: Attribution
    subtotal: Money | None = Field(
        default=None, description="the sum of the lines; `total` is subtotal - discount + delivery_fee"
    )
    delivery_fee: Money | None = Field(default=None, description="the owner's: no commission is taken of it")
    discount: Money | None = Field(
        default=None, description="spread over the lines before commissions are taken"
    )
    coupon_code: Text | None = Field(default=None, description="the coupon that gave the discount")


@published
class OrderPlaced(OrderEventWithLines):
    """A buyer placed an order. Catalog reserves the stock, then payment asks for the money."""

    region: Text
    expires_at: datetime = Field(description="the payment deadline")
    payment_product: Literal["wap", "page", "app"] = "wap"
    merchant: Identifier | None = Field(
        default=None,
        description="the merchant that collects the money, by its name in payment's configuration",
    )
    subject: Text = Field(default="", description="the text that the payer sees at the cashier")
    return_url: Text | None = None
    seal: Text | None = Field(
        default=None,
        description="proves to payment that checkout placed the order with these amounts and terms",
    )


@published
class OrderConfirmed(OrderEventWithLines):
    """The stock is reserved; the buyer can pay until `expires_at`."""

    merchant: Identifier
    payment_product: Literal["wap", "page", "app"]
    subject: Text = Field(description="the text that the payer sees at the cashier")
    expires_at: datetime
    return_url: Text | None = None


@published
class OrderCloseRequested(OrderEvent):
    """The buyer or the owner cancelled, or the deadline passed. Payment decides whether the money arrived first."""

    reason: Literal["cancelled_by_buyer", "payment_deadline"] = Field(
        description="`cancelled_by_buyer` for every cancellation; `cancelled_by` says whose it is"
    )
    cancelled_by: Text | None = Field(
        default=None, description="who cancelled: `viewer`, `owner` or `operator`; null for a deadline"
    )
    expires_at: datetime
    link_given: bool = Field(default=True, description="whether the buyer may already have a payment link")


@published
class OrderPaid(OrderEventWithLines):
    """The order was paid in full."""

    trade_no: Text


@published
class OrderShipped(OrderEvent):
    """The owner sent a parcel."""

    carrier: Text
    complete: bool = Field(description="whether all lines have been sent")
    shipment_id: Identifier | None = None
    lines: tuple[ParcelLine, ...] | None = Field(default=None, description="what is in the parcel")


@published
class OrderCompleted(OrderEvent):
    """The buyer confirmed receipt, or its time has passed. What the order earned can be settled."""

    by: Literal["viewer", "timeout"] | None = Field(
        default=None, description="whether the viewer confirmed it, or the time for it has passed"
    )


@published
class OrderRejected(OrderEvent):
    """The order could not be accepted. No stock is reserved and no money is due."""

    reason: str


@published
class OrderCancelled(OrderEvent):
    """The order ended unpaid; its stock becomes available again."""

    reason: str


class RefundEvent(OrderEvent):
    """Something happened to a refund of an order."""

    refund_id: Identifier
    amount: Money


@published
class RefundRequested(RefundEvent):
    """The buyer asked for a refund."""

    reason: Text


@published
class RefundApproved(RefundEvent):
    """The owner, or a rule, approved the refund. Payment sends the money back."""


@published
class RefundRejected(RefundEvent):
    """The owner declined the refund."""


@published
class RefundWithdrawn(RefundEvent):
    """The buyer took the request back before it was decided."""


@published
class OrderRefundFailed(RefundEvent):
    """The provider refused a refund for good. Its amount can be requested again."""


@published
class OrderRefunded(OrderEventWithLines):
    """A refund was paid; `refunded_total` includes all refunds so far."""

    refund_id: Identifier
    refunded: Money
    refunded_total: Money
    release_stock: bool = Field(description="true if nothing was shipped and everything is refunded")
    unsent: tuple[ParcelLine, ...] = Field(
        default=(), description="once everything is refunded, what was never shipped: it is available again"
    )
