"""Orders with their shipments and refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from contracts.api.addresses import ReturnUrl
from contracts.api.common import (
    DIGITS,
    MAX_LINES,
    PRINTABLE,
    Answer,
    Id,
    MiniProgramId,
    PageQuery,
    Request,
    ShortText,
    UtcTime,
)
from contracts.api.coupons import TypedCode
from contracts.api.payments import PaymentRequest, PaymentView
from contracts.api.shipments import ShipmentView
from contracts.engagement import Surface
from contracts.money import Money, PositiveMoney

OrderStatus = Literal[
    "placed", "confirmed", "awaiting_payment", "closing", "paid", "shipped", "completed", "rejected", "cancelled", "refunded"
]  # fmt: skip
RefundStatus = Literal["requested", "approved", "rejected", "withdrawn", "processing", "settled", "failed"]
"""No refund enters `processing`; generated clients know the value."""
RefundFilter = Annotated[
    Literal["open", "any"] | None,
    Field(
        description="`open`: only orders with a refund request that nobody has decided; `any`: only orders with a refund, "
        "whatever its status"
    ),
]
MAX_PIECES = 200
"""Pieces of one order, over all lines: an unpaid order holds stock that others cannot buy."""


class LineRequest(Request):
    """A SKU and how many of it to buy."""

    sku_id: Id
    quantity: int = Field(ge=1, le=MAX_PIECES)


def _check_lines(lines: list[LineRequest]) -> list[LineRequest]:
    if len({line.sku_id for line in lines}) != len(lines):
        raise ValueError("a sku_id is on two lines; put the whole quantity on one")
    if (pieces := sum(line.quantity for line in lines)) > MAX_PIECES:
        raise ValueError(f"the lines hold {pieces} pieces; an order may hold {MAX_PIECES}")
    return lines


Lines = Annotated[list[LineRequest], AfterValidator(_check_lines)]
"""What an order or a cart holds."""


class Address(Request):
    """A delivery address. Only checkout stores it; no event and no log holds it."""

    recipient: ShortText
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{4,24}$")]
    region: ShortText
    street: ShortText


class OrderRequest(Request):
    """An order to place. Prices are the platform's; if the total is not `expected_total`, the order is refused."""

    lines: Lines = Field(min_length=1, max_length=MAX_LINES)
    address: Address | None = None
    address_id: Id | None = None
    expected_total: Money | None = None
    coupon_code: TypedCode | None = None
    click_id: Annotated[str, Field(max_length=2048)] | None = None
    payment: PaymentRequest | None = None
    return_url: ReturnUrl | None = None
    from_cart: bool = Field(
        default=False, description="whether the lines are the cart's: then they leave it with the order"
    )

    @model_validator(mode="after")
    def _check(self) -> OrderRequest:
        if (self.address is None) == (self.address_id is None):
            raise ValueError("give either address or address_id, not both")
        return self


class WaitQuery(Request):
    """How long the answer may wait for the payment link."""

    wait: (
        Annotated[
            int,
            Field(
                ge=0,
                le=10,
                description="seconds to wait, until the payment link is there or the order has ended",
            ),
            DIGITS,
        ]
        | None
    ) = None


class LineView(Answer):
    """A line of an order, as it was bought."""

    sku_id: str
    product_id: str
    title: str
    title_en: str = ""
    attributes: dict[str, str]
    attributes_en: dict[str, str] = Field(
        default={}, description="the attributes in English, in the same order; empty if there are none"
    )
    image_url: str = Field(default="", description="the product's first picture; empty if it had none")
    unit_price: Money
    quantity: int
    line_total: Money
    discount: Money = Field(
        default=Money(amount=0),
        description="its part of the order's discount, to the fen: what the buyer pays for it is line_total - discount",
    )


class RefundView(Answer):
    """A refund and its status."""

    refund_id: str
    amount: Money
    reason: str
    status: RefundStatus
    approval_reason: str | None = Field(default=None, description="what the owner said when approving it")
    rejection_reason: str | None = Field(default=None, description="why the owner rejected it")


class AttributionView(Answer):
    """What brought the buyer."""

    surface: Surface
    video_id: str | None = None
    creator_id: str | None = None
    click_id: str | None = None
    share_code: str | None = None


class HistoryEntry(Answer):
    """When the order reached a status."""

    status: OrderStatus
    at: datetime


class CancellationView(Answer):
    """The owner, or an operator, has ended the order: unpaid it closes, paid its money goes back."""

    by: Literal["owner", "operator"]
    reason: str
    at: datetime


class OrderView(Answer):
    """An order as its buyer and its mini program's owner see it."""

    order_id: str
    mini_program_id: str
    openid: str
    status: OrderStatus
    reason: str | None = None
    lines: list[LineView]
    subtotal: Money = Field(description="the sum of the lines")
    delivery_fee: Money
    discount: Money = Field(description="what the coupon takes off the subtotal")
    coupon_code: str | None = None
    total: Money = Field(description="what the buyer pays: subtotal - discount + delivery_fee")
    placed_at: datetime
    expires_at: datetime
    receive_by: datetime | None = Field(
        default=None,
        description="when goods that are on their way count as received; an open refund or unsent goods hold it",
    )
    payment: PaymentView | None = None
    refunds: list[RefundView] = []
    refunded_total: Money
    shipments: list[ShipmentView] = []
    cancellation: CancellationView | None = None
    attribution: AttributionView
    history: list[HistoryEntry]
    address: Address | None = Field(
        default=None, description="the delivery address, as given when the order was placed"
    )


class NoteView(Answer):
    """A note on an order, for the owner's eyes only."""

    text: str
    at: datetime


class OwnerOrderView(OrderView):
    """An order as its mini program's owner sees it."""

    notes: list[NoteView] = []
    version: int = Field(
        description="counts all changes of the order, also its buyer's and those of its payment"
    )


class OrdersQuery(PageQuery):
    """Which orders to answer."""

    status: OrderStatus | None = Field(default=None, description="only orders with this status")
    refund: RefundFilter = None


_CHANGED = Field(
    default=None,
    description="only orders changed at this time or later, in the order of their last change; otherwise the newest are first",
)


class ProgramOrdersQuery(OrdersQuery):
    """Which orders of a mini program to answer its owner."""

    updated_since: UtcTime | None = _CHANGED


class OwnerOrderFilters(Request):
    """Which orders of an owner to answer; what is left out excludes nothing."""

    mini_program_id: MiniProgramId | None = Field(
        default=None, description="only orders of this one of the owner's mini programs"
    )
    status: OrderStatus | None = Field(default=None, description="only orders with this status")
    refund: RefundFilter = None
    placed_from: UtcTime | None = Field(default=None, description="only orders placed at this time or later")
    placed_to: UtcTime | None = Field(default=None, description="only orders placed before this time")
    updated_since: UtcTime | None = _CHANGED
    q: Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)] | None = Field(
        default=None,
        description="an order id, a tracking number, part of a product's title, or the last four digits of the phone "
        "(for the roles admin and orders)",
    )


class OwnerOrdersQuery(OwnerOrderFilters, PageQuery):
    """One page of an owner's orders."""


class CancellationRequest(Request):
    """Why an owner cancels an order; the buyer reads it."""

    reason: ShortText


class RefundApprovalRequest(Request):
    """Why a refund is approved, if there is something to say; the buyer reads it."""

    reason: ShortText | None = None


class RefundRejectionRequest(Request):
    """Why a refund is rejected; the buyer reads it."""

    reason: ShortText


class RefundRequestBody(Request):
    """A refund to request: the amount (by default all that is left) and the reason."""

    amount: PositiveMoney | None = None
    reason: ShortText
