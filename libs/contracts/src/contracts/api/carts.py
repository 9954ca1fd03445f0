"""Carts, and what lines would cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from contracts.api.common import MAX_LINES, Answer, Id, Request, ShortText
from contracts.api.coupons import CouponRefusal, TypedCode
from contracts.api.orders import Lines
from contracts.money import Money

Obstacle = Literal["delisted", "sold_out", "not_enough_stock"]


class CartRequest(Request):
    """The cart's new content. It holds at most what one order can."""

    lines: Lines = Field(max_length=MAX_LINES)
    coupon_code: TypedCode | None = None


class QuoteRequest(Request):
    """Lines to quote, and their destination: a region, a saved address, or else the one that a cart assumes."""

    lines: Lines = Field(min_length=1, max_length=MAX_LINES)
    coupon_code: TypedCode | None = None
    region: ShortText | None = None
    address_id: Id | None = None

    @model_validator(mode="after")
    def _one_place(self) -> QuoteRequest:
        if self.region is not None and self.address_id is not None:
            raise ValueError("give either region or address_id, not both")
        return self


class CartLineView(Answer):
    """A line at today's price. One that cannot be bought says why in `obstacle`, and is not in the amounts."""

    sku_id: str
    quantity: int
    product_id: str | None = Field(default=None, description="null for a SKU that is gone, as the prices are")
    title: str
    title_en: str = ""
    attributes: dict[str, str] = {}
    attributes_en: dict[str, str] = Field(
        default={}, description="the attributes in English, in the same order; empty if there are none"
    )
    image_url: str = Field(default="", description="the product's first picture; empty if it has none")
    unit_price: Money | None = None
    line_total: Money | None = None
    available: int | None = Field(
        default=None, description="pieces in stock, as of about a second ago; null if not known"
    )
    obstacle: Obstacle | None = Field(default=None, description="why the line cannot be bought at present")


class QuoteView(Answer):
    """What an order of these lines would cost now: what `expected_total` has to be."""

    lines: list[CartLineView]
    coupon_code: str | None = None
    coupon_refusal: CouponRefusal | None = Field(
        default=None, description="why the coupon does not apply; an order with it would be refused"
    )
    subtotal: Money = Field(description="the sum of the lines that can be bought")
    delivery_fee: Money
    discount: Money
    total: Money
    region: str | None = Field(
        default=None,
        description="where the delivery fee is for; by default the viewer's default address or the newest one; null for the flat fee",
    )


class CartView(QuoteView):
    """A viewer's cart in a mini program. Without a change for 90 days, it is emptied."""

    version: int = Field(description="0 for a cart that was never changed")
