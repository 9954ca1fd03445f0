"""The events that sharecode consumes, and the projections that they update."""

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
from runtime.consuming.subscription import Delivery, Subscription
from sharecode.application.ports import ShopProjection

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)
PRODUCT_EVENTS = (ProductListed, ProductChanged, ProductDelisted)


def subscriptions(shops: ShopProjection) -> list[Subscription]:
    """What may be shared, and who owns it."""

    async def on_products(deliveries: Sequence[Delivery]) -> None:
        await shops.learn_products([delivery.event for delivery in deliveries])

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await shops.learn_mini_programs([delivery.event for delivery in deliveries])

    return [
        Subscription("products", PRODUCT_EVENTS, on_products, max_records=500),
        Subscription("mini-programs", MINI_PROGRAM_EVENTS, on_mini_programs),
    ]
