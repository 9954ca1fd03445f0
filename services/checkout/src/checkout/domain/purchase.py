"""What was bought, fixed when the order is placed. Amounts are integers in minor units (fen)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contracts.money import spread


@dataclass(frozen=True, slots=True)
class Terms:
    """Commission shares in basis points."""

    platform_bp: int
    creator_bp: int
    terms_version: int


@dataclass(frozen=True, slots=True)
class Line:
    """A SKU with its quantity, its price and what it looked like when the order was placed.

    Orders that were stored before a line had a picture and English words have empty ones.
    """

    sku_id: str
    product_id: str
    title: str
    attributes: dict[str, str]
    unit_price: int
    quantity: int
    product_version: int
    terms: Terms
    title_en: str = ""
    attributes_en: dict[str, str] = field(default_factory=dict)
    image_url: str = ""

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an order's total is made of: the lines, what is taken off them, and the delivery.

    Raises ValueError for a discount that is more than the lines cost, and for negative amounts.
    """

    subtotal: int
    delivery_fee: int = 0
    discount: int = 0

    def __post_init__(self) -> None:
        if self.delivery_fee < 0 or not 0 <= self.discount <= self.subtotal:
            raise ValueError(f"{self} is no price")

    @classmethod
    def of(cls, lines: Iterable[Line], *, delivery_fee: int = 0, discount: int = 0) -> Amounts:
        """The amounts of an order with these lines."""
        return cls(sum(line.total for line in lines), delivery_fee, discount)

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.subtotal - self.discount + self.delivery_fee

    def paid_for(self, lines: Sequence[Line]) -> list[int]:
        """What the buyer pays for each of the order's lines, after its part of the discount. Payment splits it in the same way."""
        return spread(self.subtotal - self.discount, [line.total for line in lines])


@dataclass(frozen=True, slots=True)
class Attribution:
    """What brought the buyer to the product."""

    surface: str
    click_id: str | None = None
    video_id: str | None = None
    anchor_id: str | None = None
    creator_id: str | None = None
    share_code: str | None = None
    sharer: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send the goods. Personal data: only the region may leave checkout in an event; no part of it is logged."""

    recipient: str = field(repr=False)
    phone: str = field(repr=False)
    region: str
    street: str = field(repr=False)

    @property
    def phone_tail(self) -> str:
        """The phone's last four digits, by which a shop finds an order."""
        return "".join(filter(str.isdigit, self.phone))[-4:]
