"""The stories: each drives the platform past some places and asserts the outcome that must hold wherever a process ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from support.failpoints.stories import asking, carts, codes, delivery, money, orders, shops, versions
from support.failpoints.world import World

Story = Callable[[World], Awaitable[None]]

STORIES: dict[str, Story] = {
    story.__name__: story
    for module in (shops, versions, orders, money, codes, asking, delivery, carts)
    for story in module.STORIES
}
"""By the names in `tests/failpoints/places.txt`."""
