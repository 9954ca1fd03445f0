"""The events that feeds consumes: mini programs, products, and the outcomes of commands and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
)
from contracts.feeds import FeedPictureTried, FeedProductApplied
from feeds.application.ports import SentCommands, ShopProjection
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)
PRODUCT_EVENTS = (ProductListed, ProductChanged, ProductDelisted)


def subscriptions(shops: ShopProjection, sent: SentCommands) -> list[Subscription]:
    """Consumer groups `feeds.products`, `feeds.mini-programs` and `feeds.results`."""

    async def on_products(deliveries: Sequence[Delivery]) -> None:
        await shops.learn_products([delivery.event for delivery in deliveries])

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await shops.learn_mini_programs([delivery.event for delivery in deliveries])

    async def on_results(deliveries: Sequence[Delivery]) -> None:
        events = [delivery.event for delivery in deliveries]
        await sent.take([event for event in events if isinstance(event, FeedProductApplied)])
        await sent.take_pictures([event for event in events if isinstance(event, FeedPictureTried)])

    return [
        Subscription("products", PRODUCT_EVENTS, on_products, max_records=500, bulk_fetch=True),
        Subscription("mini-programs", MINI_PROGRAM_EVENTS, on_mini_programs),
        Subscription(
            "results", (FeedProductApplied, FeedPictureTried), on_results, max_records=500, bulk_fetch=True
        ),
    ]
