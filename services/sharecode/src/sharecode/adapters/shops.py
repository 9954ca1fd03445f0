"""What can be shared and who owns it: projections of the `products` and `mini-programs` streams."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import MiniProgramState, ProductState
from runtime.consuming.subscription import Delivery
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest


class Shops:
    """Products by id, and the owners of mini programs."""

    def __init__(self, db: Database) -> None:
        self._products = db["products"]
        self._programs = db["mini_programs"]

    async def may_be_shared(self, mini_program_id: str, product_id: str) -> bool | None:
        """None when this mini program has no such product."""
        product = await self._products.find_one({"_id": product_id, "mini_program_id": mini_program_id})
        return None if product is None else bool(product["share_allowed"] and product["listed"])

    async def owner_of(self, mini_program_id: str) -> str | None:
        """The owner's id."""
        program = await self._programs.find_one({"_id": mini_program_id})
        return program["owner_id"] if program else None

    async def on_products(self, deliveries: Sequence[Delivery]) -> None:
        """Keep the newest."""
        await keep_newest(
            self._products, {d.event.product_id: _product(d.event) for d in _by_version(deliveries)}
        )

    async def on_mini_programs(self, deliveries: Sequence[Delivery]) -> None:
        """Keep the newest."""
        newest = {d.event.mini_program_id: _program(d.event) for d in _by_version(deliveries)}
        await keep_newest(self._programs, newest)


def _by_version(deliveries: Sequence[Delivery]) -> list[Delivery]:
    return sorted(deliveries, key=lambda delivery: int(delivery.event.version))


def _product(event: ProductState) -> Document:
    return {
        "mini_program_id": event.mini_program_id,
        "share_allowed": event.share_allowed,
        "listed": event.listed,
        "version": event.version,
    }


def _program(event: MiniProgramState) -> Document:
    return {"owner_id": event.owner.owner_id, "version": event.version}
