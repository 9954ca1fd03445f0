"""Projections of the `products` and `mini-programs` streams: what is on sale, who owns it, and its categories."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from pymongo import ASCENDING

from contracts.catalog import MiniProgramState, ProductState
from feeds.application.ports import ShopFacts
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoShops:
    """Implements `Shops` and `ShopProjection`: collections `products` and `mini_programs`, each with the version of its event."""

    def __init__(self, db: Database) -> None:
        self._products = db["products"]
        self._programs = db["mini_programs"]

    async def prepare(self) -> None:
        """Make the index of what is on sale."""
        order = [("mini_program_id", ASCENDING), ("listed", ASCENDING), ("_id", ASCENDING)]
        await self._products.create_index(order)

    async def find(self, mini_program_id: str) -> ShopFacts | None:
        """The mini program's owner and categories."""
        program = await self._programs.find_one({"_id": mini_program_id})
        if program is None:
            return None
        names = {name: category["id"] for category in program["categories"] for name in category["names"]}
        return ShopFacts(program["owner_id"], names)

    async def listed(self, mini_program_id: str) -> AsyncIterator[str]:
        """The ids of its products on sale, in order."""
        wanted = {"mini_program_id": mini_program_id, "listed": True}
        async for product in self._products.find(wanted, {"_id": 1}).sort("_id"):
            yield product["_id"]

    async def learn_products(self, events: Sequence[ProductState]) -> None:
        """Bring the projection up to these events; idempotent."""
        await keep_newest(
            self._products,
            {
                event.product_id: {
                    "mini_program_id": event.mini_program_id,
                    "listed": event.listed,
                    "version": event.version,
                }
                for event in sorted(events, key=lambda event: event.version)
            },
        )

    async def learn_mini_programs(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""
        await keep_newest(
            self._programs,
            {
                event.mini_program_id: {
                    "owner_id": event.owner.owner_id,
                    "version": event.version,
                    "categories": [
                        {"id": c.category_id, "names": [n for n in (c.name, c.name_en) if n]}
                        for c in event.categories
                    ],
                }
                for event in sorted(events, key=lambda event: event.version)
            },
        )
