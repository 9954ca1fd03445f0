"""The stories: each drives the platform past some places and asserts the outcome that must hold wherever a process ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.failpoints.stories import (
    asking,
    carts,
    codes,
    coupons,
    delivery,
    feed_runs,
    feeds,
    identities,
    money,
    orders,
    pictures,
    reviews,
    shops,
    versions,
    webhooks,
)
from support.failpoints.world import World

Story = Callable[[World], Awaitable[None]]

MODULES = (
    shops,
    identities,
    pictures,
    versions,
    orders,
    reviews,
    money,
    codes,
    asking,
    delivery,
    feeds,
    feed_runs,
    carts,
    coupons,
    webhooks,
)
STORIES: dict[str, Story] = {story.__name__: story for module in MODULES for story in module.STORIES}
"""By the names in `tests/failpoints/places.txt`."""
