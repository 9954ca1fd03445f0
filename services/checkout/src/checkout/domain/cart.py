"""What a viewer means to buy in one mini program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from checkout.domain.coupon import CouponRefused
from checkout.domain.purchase import Amounts
from checkout.domain.shop import Offer

REMEMBERED_ORDERS = 10


class Obstacle(StrEnum):
    """Why a line cannot be bought at present."""

    DELISTED = "delisted"
    SOLD_OUT = "sold_out"
    NOT_ENOUGH_STOCK = "not_enough_stock"


@dataclass(frozen=True, slots=True)
class CartLine:
    """A SKU with its quantity; `title` is the product's when the line was put, for a SKU that is gone."""

    sku_id: str
    quantity: int
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Cart:
    """One viewer's cart. Prices are those of the moment in which it is read, so it holds none.

    `ordered` are the last orders that were placed from it: each takes its lines out once.
    """

    mini_program_id: str
    openid: str
    lines: tuple[CartLine, ...] = ()
    coupon_code: str | None = None
    ordered: tuple[str, ...] = ()
    version: int = 0
    changed_at: datetime | None = None

    def with_lines(self, lines: tuple[CartLine, ...], coupon_code: str | None, at: datetime) -> Cart:
        """The cart with these lines instead of its own; the same object if nothing differs."""
        changed = replace(self, lines=lines, coupon_code=coupon_code)
        return self if changed == self else replace(changed, version=self.version + 1, changed_at=at)

    def after_order(self, order_id: str, bought: Iterable[tuple[str, int]], at: datetime) -> Cart:
        """The cart without what the order bought, and without its coupon; the same object for a repeat."""
        if order_id in self.ordered:
            return self
        left = dict(bought)
        lines = tuple(
            replace(line, quantity=rest)
            for line in self.lines
            if (rest := line.quantity - left.get(line.sku_id, 0)) > 0
        )
        return replace(
            self, lines=lines, coupon_code=None, ordered=(*self.ordered, order_id)[-REMEMBERED_ORDERS:],
            version=self.version + 1, changed_at=at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line as it could be bought now. `available` is None where the stock is not known yet."""

    line: CartLine
    offer: Offer | None
    available: int | None

    @property
    def obstacle(self) -> Obstacle | None:
        """None if it can be bought."""
        if self.offer is None or not self.offer.listed:
            return Obstacle.DELISTED
        if self.available == 0:
            return Obstacle.SOLD_OUT
        if self.available is not None and self.available < self.line.quantity:
            return Obstacle.NOT_ENOUGH_STOCK
        return None


@dataclass(frozen=True, slots=True)
class Quote:
    """What lines cost now. The amounts are of those that can be bought.

    `region` is the one that the delivery fee is for; None for the flat fee. `refusal` is why the coupon does not apply.
    """

    lines: tuple[QuotedLine, ...]
    amounts: Amounts
    region: str | None
    refusal: CouponRefused | None = None
