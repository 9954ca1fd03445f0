"""The use cases of orders' stock on a real database, without Kafka, and a store that can be interrupted."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.adapters.mongo_reservations import MongoReservations
from catalog.adapters.mongo_schema import prepare_collections
from catalog.application.order_facts import OrderFact
from catalog.application.reserving import Reserving
from catalog.domain.reservation import FactKind, merged
from catalog_support.shop import assert_adds_up
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database
from runtime.outbox.recorder import Recorder

PROGRAM = "teashop1"
RECORDER = Recorder(system_clock, random_id)


class Interrupted(Exception):
    """The process died here."""


class Interruptible:
    """A store of reservations that dies before or after the call of one name, once."""

    def __init__(self, db: Database, name: str, *, after: bool) -> None:
        self._store, self._name, self._after = MongoReservations(db, RECORDER), name, after
        self.died = False

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Awaitable[Any]] = getattr(self._store, name)
        if name != self._name or self.died:
            return call

        async def dying(*arguments: Any, **named: Any) -> None:
            self.died = True
            if self._after:
                await call(*arguments, **named)
            raise Interrupted(name)

        return dying


@dataclass
class Warehouse:
    """A database with one mini program, one product and its SKUs."""

    db: Database
    product_id: str
    sku_ids: tuple[str, ...]

    @property
    def reserving(self) -> Reserving:
        return Reserving(MongoReservations(self.db, RECORDER))

    @classmethod
    async def of(cls, db: Database, *initial: int) -> Warehouse:
        """Fresh SKUs with this much stock each, in SKU order."""
        await prepare_collections(db)
        await db["mini_programs"].update_one({"_id": PROGRAM}, {"$set": {"state": "published"}}, upsert=True)
        mark = secrets.token_hex(6)
        sku_ids = tuple(f"{mark}-{n}" for n in range(len(initial)))
        await db["products"].insert_one(
            {
                "_id": mark, "mini_program_id": PROGRAM, "listed": True, "skus": [{"sku_id": s} for s in sku_ids],
            }
        )  # fmt: skip
        await db["stock"].insert_many(
            [
                {
                    "_id": sku_id, "product_id": mark, "mini_program_id": PROGRAM, "available": n, "reserved": 0, "sold": 0,
                    "initial": n, "adjusted": 0, "version": 1, "holds": {},
                }
                for sku_id, n in zip(sku_ids, initial, strict=True)
            ]
        )  # fmt: skip
        return cls(db, mark, sku_ids)

    def order(self, *quantities: int) -> Order:
        """A new order with these quantities of the SKUs; 0 leaves a SKU out."""
        lines = [(sku, q) for sku, q in zip(self.sku_ids, quantities, strict=False) if q]
        return Order(f"{PROGRAM}_{secrets.token_hex(13)}", self.product_id, tuple(lines))

    async def counts(self) -> list[tuple[int, int, int]]:
        """(available, reserved, sold) of each SKU, after a check of the invariant."""
        found = {d["_id"]: d async for d in self.db["stock"].find({"_id": {"$in": list(self.sku_ids)}})}
        for document in found.values():
            assert_adds_up(document)
        return [(found[s]["available"], found[s]["reserved"], found[s]["sold"]) for s in self.sku_ids]

    async def holds(self) -> list[dict[str, int]]:
        """The holds on each SKU."""
        found = {d["_id"]: d async for d in self.db["stock"].find({"_id": {"$in": list(self.sku_ids)}})}
        return [found[sku_id]["holds"] for sku_id in self.sku_ids]

    async def events(self, order: Order) -> list[str]:
        """The names of the events that were recorded for the order."""
        document = await self.db["reservations"].find_one({"_id": order.order_id}) or {}
        return [entry["type"].split(".")[1] for _, entry in sorted(document.get("outbox", {}).items())]

    async def state(self, order: Order) -> str:
        """The state of its reservation."""
        document = await self.db["reservations"].find_one({"_id": order.order_id})
        return document["state"] if document else "none"


@dataclass(frozen=True)
class Order:
    """The facts about one order."""

    order_id: str
    product_id: str
    lines: tuple[tuple[str, int], ...]

    def fact(self, kind: FactKind) -> OrderFact:
        lines = () if kind is FactKind.CANCELLED else merged(self.lines)
        products = tuple((self.product_id, sku_id) for sku_id, _ in self.lines)
        return OrderFact(kind, self.order_id, PROGRAM, lines, products if kind is FactKind.PLACED else ())

    @property
    def placed(self) -> OrderFact:
        return self.fact(FactKind.PLACED)

    @property
    def paid(self) -> OrderFact:
        return self.fact(FactKind.PAID)

    @property
    def cancelled(self) -> OrderFact:
        return self.fact(FactKind.CANCELLED)

    @property
    def refunded(self) -> OrderFact:
        return self.fact(FactKind.REFUNDED)


async def handle_until_done(warehouse: Warehouse, store: Interruptible, batch: Sequence[OrderFact]) -> None:
    """Handle the batch, and again after the process died, as Kafka would deliver it."""
    try:
        await Reserving(store).handle(batch)
    except Interrupted:
        await warehouse.reserving.handle(batch)
