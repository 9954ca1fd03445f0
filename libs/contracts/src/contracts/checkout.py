"""What checkout publishes: the life of an order. No name, phone or street is in any of it: the region at most."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.engagement import Surface
from contracts.event import Event, Identifier, Text, Value, published
from contracts.money import Money
from contracts.terms import CommissionTerms
from contracts.topics import ORDERS, Topic


class OrderLine(Value):
    """A line as it was bought: price, title and terms are fixed at placement."""

    sku_id: Identifier
    product_id: Identifier
    title: Text
    attributes: dict[str, str] = {}
    unit_price: Money
    quantity: int = Field(ge=1)
    line_total: Money
    product_version: int = Field(ge=0)
    terms: CommissionTerms


class Attribution(Value):
    """What brought the buyer, from the signed click."""

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


class OrderWhole(OrderEvent):
    """An order event that carries what was bought, so that no reader needs to ask back."""

    host_id: Identifier
    openid: Identifier
    lines: tuple[OrderLine, ...]
    total: Money
    attribution: Attribution


@published
class OrderPlaced(OrderWhole):
    """A buyer placed an order; stock is to be reserved, and then money asked for."""

    region: Text
    expires_at: datetime = Field(description="the deadline to pay")
    payment_product: Literal["wap", "page", "app"] = "wap"
    merchant: Identifier | None = Field(default=None, description="who collects, as payment is configured")
    subject: Text = Field(default="", description="what the payer reads at the cashier")
    return_url: Text | None = None


@published
class OrderConfirmed(OrderWhole):
    """Stock is held; money is asked for until `expires_at`."""

    merchant: Identifier
    payment_product: Literal["wap", "page", "app"]
    subject: Text = Field(description="what the payer reads at the cashier")
    expires_at: datetime
    return_url: Text | None = None


@published
class OrderCloseRequested(OrderEvent):
    """The buyer cancelled or the deadline passed; payment decides whether the money came first."""

    reason: Literal["cancelled_by_buyer", "payment_deadline"]
    expires_at: datetime
    link_given: bool = Field(default=True, description="whether the buyer may have been given a link to pay")


@published
class OrderPaid(OrderWhole):
    """The money is there."""

    trade_no: Text


@published
class OrderShipped(OrderEvent):
    """The owner sent goods."""

    carrier: Text
    complete: bool = Field(description="whether all lines are on their way")


@published
class OrderCompleted(OrderEvent):
    """The buyer has the goods, or the time to say otherwise is over."""


@published
class OrderRejected(OrderEvent):
    """The order could not be taken: nothing is held, nothing is owed."""

    reason: str


@published
class OrderCancelled(OrderEvent):
    """The order ended unpaid; stock goes back."""

    reason: str


class RefundEvent(OrderEvent):
    """Something happened to a refund of an order."""

    refund_id: Identifier
    amount: Money


@published
class RefundRequested(RefundEvent):
    """The buyer asks for money back."""

    reason: Text


@published
class RefundApproved(RefundEvent):
    """The owner, or policy, agrees; payment is to send the money back."""


@published
class RefundRejected(RefundEvent):
    """The owner declines."""


@published
class OrderRefunded(OrderWhole):
    """Money went back; `refunded_total` is what has gone back so far."""

    refund_id: Identifier
    refunded: Money
    refunded_total: Money
    release_stock: bool = Field(description="true when nothing had been shipped and all is refunded")
