"""Projections of the `products` and `mini-programs` streams: what may be shared, and who owns it."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import MiniProgramState, ProductState
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest
from sharecode.adapters.contracts_in import mini_program_of, product_of


class MongoShops:
    """Collections `products` and `mini_programs`; each document has the version of its event."""

    def __init__(self, db: Database) -> None:
        self._products = db["products"]
        self._programs = db["mini_programs"]

    async def may_be_shared(self, mini_program_id: str, product_id: str) -> bool | None:
        """Whether the product may be shared; None when the mini program has no such product."""
        product = await self._products.find_one({"_id": product_id, "mini_program_id": mini_program_id})
        return None if product is None else bool(product["share_allowed"] and product["listed"])

    async def owner_of(self, mini_program_id: str) -> str | None:
        """The owner's id."""
        program = await self._programs.find_one({"_id": mini_program_id})
        return program["owner_id"] if program else None

    async def learn_products(self, events: Sequence[ProductState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._products, {event.product_id: product_of(event) for event in in_order})

    async def learn_mini_programs(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(
            self._programs, {event.mini_program_id: mini_program_of(event) for event in in_order}
        )
