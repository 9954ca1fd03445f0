"""Products from feeds: feeds commands what a line of a feed says, and catalog answers what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.catalog_versions import Reason
from contracts.event import Event, Identifier, Text, Value, published
from contracts.money import Money
from contracts.topics import FEED_COMMANDS, FEED_RESULTS, FEEDS, Topic

Outcome = Literal["accepted", "unchanged", "removed", "rejected"]
"""The product was written; it was so already; it was taken off sale; or nothing happened, for the reasons given."""


class FeedSku(Value):
    """A SKU of a product in a feed."""

    sku_id: Identifier
    attributes: dict[str, str] = {}
    attributes_en: dict[str, str] = {}
    price: Money
    available: int | None = Field(
        default=None,
        ge=0,
        description="what can be sold of it; null leaves the stock of a known SKU as it is",
    )
    initial_stock: int = Field(
        default=0, ge=0, description="what a new SKU starts with if `available` is null"
    )


class FeedCommand(Event):
    """A run of a feed wants something of one product. A repeat with the same `run_id` has the same outcome and no other effect."""

    topic: ClassVar[Topic] = FEED_COMMANDS

    run_id: Identifier
    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    owner_id: Identifier
    product_id: Identifier


@published
class ApplyFeedProduct(FeedCommand):
    """Put the product on sale as the feed has it. What a feed does not know stays: English texts, attributes, terms, `low_at`."""

    title: Text
    description: Text = ""
    brand: Text = ""
    model: Text = ""
    category_id: Identifier
    images: tuple[Text, ...]
    skus: tuple[FeedSku, ...]


@published
class DelistFeedProduct(FeedCommand):
    """Take the product off sale: a full feed does not have it."""


@published
class FeedProductApplied(Event):
    """What became of a command about a product, for one run of a feed. `version` is the product's, 0 without a product."""

    topic: ClassVar[Topic] = FEED_RESULTS

    run_id: Identifier
    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    product_id: Identifier
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


PictureOutcome = Literal["fetched", "unchanged", "failed", "given_up"]
"""It is shown; it is the one that was shown; it is tried again; it is not."""


@published
class FeedPictureTried(Event):
    """What became of an attempt to fetch a picture, for a run that named it and a product that it belongs to.

    Published for attempts that failed, and for one that succeeded after them. `version` counts the attempts.
    """

    topic: ClassVar[Topic] = FEED_RESULTS

    run_id: Identifier
    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    product_id: Identifier
    url: Text = Field(description="the address that the feed names")
    outcome: PictureOutcome
    message: Text = Field(default="", description="why it failed, in words for its owner")


@published
class FeedRunFinished(Event):
    """A run of a feed has ended. `lines` is `accepted` + `unchanged` + `rejected` if it is done; `removed` counts products."""

    topic: ClassVar[Topic] = FEEDS

    run_id: Identifier
    feed_id: Identifier
    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    owner_id: Identifier
    status: Literal["done", "refused", "failed", "cancelled"]
    reason: Text | None = None
    lines: int = Field(ge=0)
    accepted: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    rejected: int = Field(ge=0)
    removed: int = Field(ge=0)
    at: datetime
