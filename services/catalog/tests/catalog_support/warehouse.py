"""Stock alone: the use cases on a real database, without Kafka, and a store that can be interrupted."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.adapters.schema import prepare_collections
from catalog.adapters.stock_store import StockStore
from catalog.application.reserving import Reserving, Told
from catalog.domain.reservation import Happening, merged
from catalog_support.shop import holds
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database
from runtime.outbox.recorder import Recorder

PROGRAM = "teashop1"
RECORDER = Recorder(system_clock, random_id)


class Interrupted(Exception):
    """The process died here."""


class Interruptible:
    """A StockStore that dies before or after the call of one name, once."""

    def __init__(self, store: StockStore, name: str, *, after: bool) -> None:
        self._store, self._name, self._after = store, name, after
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
        return Reserving(StockStore(self.db), RECORDER)

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
        """A new order of so many of each SKU; 0 leaves a SKU out."""
        lines = [(sku, q) for sku, q in zip(self.sku_ids, quantities, strict=False) if q]
        return Order(f"{PROGRAM}_{secrets.token_hex(13)}", self.product_id, tuple(lines))

    async def counts(self) -> list[tuple[int, int, int]]:
        """(available, reserved, sold) of each SKU, the invariant checked."""
        found = {d["_id"]: d async for d in self.db["stock"].find({"_id": {"$in": list(self.sku_ids)}})}
        for document in found.values():
            holds(document)
        return [(found[s]["available"], found[s]["reserved"], found[s]["sold"]) for s in self.sku_ids]

    async def events(self, order: Order) -> list[str]:
        """The names of what was recorded to be told of the order."""
        document = await self.db["reservations"].find_one({"_id": order.order_id}) or {}
        return [entry["type"].split(".")[1] for _, entry in sorted(document.get("outbox", {}).items())]

    async def state(self, order: Order) -> str:
        """Where its reservation stands."""
        document = await self.db["reservations"].find_one({"_id": order.order_id})
        return document["state"] if document else "none"


@dataclass(frozen=True)
class Order:
    """What can be told of one order."""

    order_id: str
    product_id: str
    lines: tuple[tuple[str, int], ...]

    def told(self, happening: Happening) -> Told:
        lines = () if happening is Happening.CANCELLED else merged(self.lines)
        products = tuple((self.product_id, sku_id) for sku_id, _ in self.lines)
        return Told(
            happening, self.order_id, PROGRAM, lines, products if happening is Happening.PLACED else ()
        )

    @property
    def placed(self) -> Told:
        return self.told(Happening.PLACED)

    @property
    def paid(self) -> Told:
        return self.told(Happening.PAID)

    @property
    def cancelled(self) -> Told:
        return self.told(Happening.CANCELLED)

    @property
    def refunded(self) -> Told:
        return self.told(Happening.REFUNDED)


async def told_until_done(warehouse: Warehouse, store: Interruptible, batch: Sequence[Told]) -> None:
    """Tell the batch, and tell it again after the process died, as Kafka would."""
    try:
        await Reserving(store, RECORDER).handle(batch)  # type: ignore[arg-type]
    except Interrupted:
        await warehouse.reserving.handle(batch)
