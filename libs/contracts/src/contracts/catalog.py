"""Events that catalog publishes: mini programs, products, stock and stock levels, videos with anchors.

Events on compacted topics carry the whole aggregate after the change.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.checkout import OrderPlaced
from contracts.event import Event, Identifier, Text, Value, published
from contracts.money import Money
from contracts.terms import CommissionTerms
from contracts.topics import MINI_PROGRAMS, PRODUCTS, STOCK, STOCK_LEVELS, VIDEOS, Topic


class Owner(Value):
    """The owner of a mini program."""

    owner_id: Identifier
    name: Text
    name_en: Text = ""
    kind: Literal["brand", "platform", "celebrity"] = Field(
        description="brand, shopping platform or celebrity"
    )


class Category(Value):
    """A category of one store."""

    category_id: Identifier
    name: Text
    name_en: Text = ""


class Section(Value):
    """A part of a store's page: a banner, or products as a grid or a list."""

    kind: Literal["banner", "grid", "list"]
    title: Text = ""
    title_en: Text = ""
    category_id: Identifier | None = Field(default=None, description="shows the products of this category")
    product_ids: tuple[Identifier, ...] = Field(default=(), description="shows these products, in this order")


class MiniProgramState(Event):
    """The whole mini program as it is after the change."""

    topic: ClassVar[Topic] = MINI_PROGRAMS

    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    name: Text
    name_en: Text = ""
    aliases: tuple[Text, ...] = ()
    owner: Owner
    slogan: Text = ""
    slogan_en: Text = ""
    category: Text = Field(description="e-commerce, game, …")
    logo_url: Text
    banner_url: Text = ""
    hosts: tuple[Identifier, ...] = Field(
        description="hosts that show it: its live version wants them, and they have accepted it"
    )
    state: Literal["registered", "published", "suspended"]
    exposure_priority: int = Field(default=0, ge=0, le=100, description="higher values are listed first")
    sponsored: bool = False
    categories: tuple[Category, ...] = ()
    sections: tuple[Section, ...] = Field(
        default=(), description="the layout of the store's page, from the top"
    )
    theme_colour: Text = Field(default="", description="#rrggbb, or empty for the host's own")
    terms: CommissionTerms
    merchant: Identifier = Field(default="default", description="the Alipay merchant that collects the money")


@published
class MiniProgramRegistered(MiniProgramState):
    """A mini program was registered. It is not published yet; consumers can prepare for it."""


@published
class MiniProgramPublished(MiniProgramState):
    """A mini program was published: viewers of its hosts can enter it."""


@published
class MiniProgramChanged(MiniProgramState):
    """A mini program's data changed."""


@published
class MiniProgramSuspended(MiniProgramState):
    """A mini program was suspended: viewers cannot enter it, find it or buy from it."""


class SkuState(Value):
    """One variant of a product, with its own price."""

    sku_id: Identifier
    attributes: dict[str, str]
    attributes_en: dict[str, str] = Field(
        default={}, description="the attributes in English, in the same order; empty if there are none"
    )
    price: Money


class ProductState(Event):
    """The whole product with its SKUs as it is after the change. Stock has a topic of its own."""

    topic: ClassVar[Topic] = PRODUCTS

    product_id: Identifier
    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    title: Text
    title_en: Text = ""
    description: Text = ""
    brand: Text = ""
    brand_en: Text = ""
    model: Text = ""
    category_id: Identifier
    attributes: dict[str, str] = {}
    attributes_en: dict[str, str] = Field(
        default={}, description="the attributes in English, in the same order; empty if there are none"
    )
    images: tuple[Text, ...] = ()
    skus: tuple[SkuState, ...]
    rating: float | None = Field(default=None, ge=0, le=5)
    sales: int = Field(default=0, ge=0)
    share_allowed: bool = True
    listed: bool = True
    terms: CommissionTerms


@published
class ProductListed(ProductState):
    """A product was put on sale."""


@published
class ProductChanged(ProductState):
    """A product's title, price, SKUs or other data changed."""


@published
class ProductDelisted(ProductState):
    """A product was taken off sale."""


@published
class StockLevelChanged(Event):
    """A SKU's available quantity. Changes may be merged; for filters and sold-out marks, not for decisions."""

    topic: ClassVar[Topic] = STOCK_LEVELS

    sku_id: Identifier
    product_id: Identifier
    mini_program_id: str
    available: int = Field(ge=0)
    low_at: int | None = Field(
        default=None, ge=0, description="the owner calls the stock low once no more than this is available"
    )


class Anchor(Value):
    """A link on a video that leads to one product."""

    anchor_id: Identifier
    title: Text
    title_en: Text = ""
    mini_program_id: str
    product_id: Identifier
    start_ms: int = Field(
        default=0, ge=0, description="when it appears, in milliseconds from the start of the video"
    )


class VideoState(Event):
    """The whole video with its anchors as it is after the change."""

    topic: ClassVar[Topic] = VIDEOS

    video_id: Identifier
    host_id: Identifier
    title: Text
    title_en: Text = ""
    creator_id: Identifier
    creator_name: Text
    creator_name_en: Text = ""
    cover_url: Text = ""
    duration_ms: int = Field(default=0, ge=0)
    anchors: tuple[Anchor, ...] = ()


@published
class VideoPublished(VideoState):
    """A creator published a video."""


@published
class VideoAnchorMounted(VideoState):
    """The anchor `anchor_id` was added to a video."""

    anchor_id: Identifier


@published
class VideoAnchorUnmounted(VideoState):
    """The anchor `anchor_id` was removed from a video."""

    anchor_id: Identifier


@published
class VideoRemoved(VideoState):
    """A creator deleted a video; it has no anchors any more."""


class StockLine(Value):
    """A SKU and a quantity."""

    sku_id: Identifier
    quantity: int = Field(ge=1)


class StockEvent(Event):
    """Something happened to an order's stock."""

    topic: ClassVar[Topic] = STOCK

    order_id: Identifier
    mini_program_id: str
    lines: tuple[StockLine, ...]


@published
class StockReserved(StockEvent):
    """All lines of an order were reserved; payment can start."""

    order: OrderPlaced | None = Field(
        default=None,
        description="the order as it was placed, so that payment need not wait for OrderPlaced",
    )


@published
class StockRejected(StockEvent):
    """Nothing was reserved; `reason` is `out_of_stock`, `delisted`, `suspended` or `cancelled_before`."""

    reason: str


@published
class StockReleased(StockEvent):
    """Reserved or sold stock became available again."""


@published
class StockCommitted(StockEvent):
    """Reserved stock was sold."""


@published
class StockAdjusted(Event):
    """An owner changed the available quantity of a SKU by `change`."""

    topic: ClassVar[Topic] = STOCK
    schema_version: ClassVar[int] = 2
    own_key: ClassVar[str] = "adjustment_id"

    adjustment_id: Identifier = Field(description="also the record's key: an adjustment belongs to no order")
    sku_id: Identifier
    product_id: Identifier
    mini_program_id: str
    change: int = Field(description="pieces added, or taken away if negative")
    available: int = Field(ge=0, description="pieces after the change")


@published
class StockAdjustedV1(Event):
    """Version 1 of StockAdjusted, deprecated: read version 2, published with it. `order_id` is the adjustment's id."""

    # It can go once no consumer takes it any more, with what makes it in catalog's contracts_out.py. Its last records then
    # expire with the topic's retention of 30 days.

    topic: ClassVar[Topic] = STOCK

    order_id: Identifier = Field(description="the adjustment's id, not an order's")
    sku_id: Identifier
    product_id: Identifier
    mini_program_id: str
    change: int
    available: int = Field(ge=0)
