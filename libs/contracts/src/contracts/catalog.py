"""What catalog publishes: mini programs, products, stock levels, videos with anchors, and what became of stock.

Messages on compacted topics carry the whole aggregate after the change.
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
    """Who a mini program belongs to."""

    owner_id: Identifier
    name: Text
    name_en: Text = ""
    kind: Literal["brand", "platform", "celebrity"] = Field(description="the three kinds of owner")


class Category(Value):
    """A shelf of one store."""

    category_id: Identifier
    name: Text
    name_en: Text = ""


class MiniProgramState(Event):
    """The whole mini program: names, owner, hosts it is published to, state, terms."""

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
    hosts: tuple[Identifier, ...] = Field(description="hosts that it is published to")
    state: Literal["registered", "published", "suspended"]
    exposure_priority: int = Field(default=0, ge=0, le=100, description="higher is listed first")
    sponsored: bool = False
    categories: tuple[Category, ...] = ()
    terms: CommissionTerms
    merchant: Identifier = Field(default="default", description="which Alipay merchant collects")


@published
class MiniProgramRegistered(MiniProgramState):
    """A mini program has been registered by its owner; consumers may prepare for it."""


@published
class MiniProgramPublished(MiniProgramState):
    """A mini program can now be entered in its hosts."""


@published
class MiniProgramChanged(MiniProgramState):
    """Something of a mini program changed."""


@published
class MiniProgramSuspended(MiniProgramState):
    """A mini program may no longer be entered, searched, bought from."""


class SkuState(Value):
    """One thing that can be bought."""

    sku_id: Identifier
    attributes: dict[str, str]
    attributes_en: dict[str, str] = Field(default={}, description="in the order of `attributes`, or empty")
    price: Money


class ProductState(Event):
    """The whole product with its SKUs; stock is told on its own topic."""

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
    attributes_en: dict[str, str] = Field(default={}, description="in the order of `attributes`, or empty")
    images: tuple[Text, ...] = ()
    skus: tuple[SkuState, ...]
    rating: float | None = Field(default=None, ge=0, le=5)
    sales: int = Field(default=0, ge=0)
    share_allowed: bool = True
    listed: bool = True
    terms: CommissionTerms


@published
class ProductListed(ProductState):
    """A product can be bought from now on."""


@published
class ProductChanged(ProductState):
    """Title, price, SKU or another part of a product changed."""


@published
class ProductDelisted(ProductState):
    """A product can no longer be bought."""


@published
class StockLevelChanged(Event):
    """How many of a SKU are available: coalesced, for in-stock filters and sold-out anchors, never for truth."""

    topic: ClassVar[Topic] = STOCK_LEVELS

    sku_id: Identifier
    product_id: Identifier
    mini_program_id: str
    available: int = Field(ge=0)


class Anchor(Value):
    """A chip on a video that leads to one product."""

    anchor_id: Identifier
    title: Text
    title_en: Text = ""
    mini_program_id: str
    product_id: Identifier
    start_ms: int = Field(default=0, ge=0, description="when it appears, milliseconds into the video")


class VideoState(Event):
    """The whole video with its anchors."""

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
    """An anchor was put on a video; `anchor_id` says which."""

    anchor_id: Identifier


@published
class VideoAnchorUnmounted(VideoState):
    """An anchor was taken off a video; `anchor_id` says which."""

    anchor_id: Identifier


class StockLine(Value):
    """So many of a SKU."""

    sku_id: Identifier
    quantity: int = Field(ge=1)


class StockEvent(Event):
    """What became of an order's stock."""

    topic: ClassVar[Topic] = STOCK

    order_id: Identifier
    mini_program_id: str
    lines: tuple[StockLine, ...]


@published
class StockReserved(StockEvent):
    """All lines of an order are held for it; money can be asked for."""

    order: OrderPlaced | None = Field(
        default=None,
        description="the order as it was placed, so that who goes on from here need not have heard of it before",
    )


@published
class StockRejected(StockEvent):
    """Nothing is held for the order: `reason` is `out_of_stock`, `delisted`, `suspended` or `cancelled_before`."""

    reason: str


@published
class StockReleased(StockEvent):
    """What was held or sold is available again."""


@published
class StockCommitted(StockEvent):
    """What was held is sold."""


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
    """Version 1 of StockAdjusted, deprecated: read version 2, which is published with it."""

    # It can go once no consumer takes it any more, with what makes it in catalog's contracts_out.py. Its last records then
    # expire with the topic's retention of 30 days.

    topic: ClassVar[Topic] = STOCK

    order_id: Identifier = Field(description="the adjustment's id, not an order's")
    sku_id: Identifier
    product_id: Identifier
    mini_program_id: str
    change: int
    available: int = Field(ge=0)
