"""Stock and reservations in MongoDB: each method is one round trip, and safe to repeat.

A hold is idempotent by its natural key, the order's id inside the SKU's document: it is taken only where it is not, and
given back or sold only where it is. Holds of one call are taken in SKU order, and in the order of the calls' orders for
each SKU, so that two orders that want the same SKUs do not end up with half each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from catalog.domain.reservation import Lines, OnSale, State
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new


class StockStore:
    """The `stock` and `reservations` collections, and what must be known of products to reserve."""

    def __init__(self, db: Database) -> None:
        self._stock = db["stock"]
        self._reservations = db["reservations"]
        self._client = db.client

    async def states(self, order_ids: Iterable[str]) -> dict[str, State]:
        """The state of each reservation that exists."""
        found = self._reservations.find({"_id": {"$in": list(order_ids)}}, {"state": 1})
        return {document["_id"]: State(document["state"]) async for document in found}

    async def reservations(self, order_ids: Iterable[str]) -> dict[str, tuple[State, Lines]]:
        """State and lines of each reservation that exists."""
        found = self._reservations.find({"_id": {"$in": list(order_ids)}}, {"state": 1, "lines": 1})
        return {d["_id"]: (State(d["state"]), lines_of(d)) async for d in found}

    async def before_reserving(
        self, order_ids: Iterable[str], product_ids: Iterable[str], mini_program_ids: Iterable[str]
    ) -> tuple[dict[str, State], dict[str, OnSale]]:
        """The states as `states` tells them, and what is known of each product that exists: read from the database, so that
        a suspension holds at once."""
        found: dict[str, list[Document]] = {"reservation": [], "mini_program": [], "product": []}
        pipeline = [
            *_some(order_ids, "reservation", {"state": 1}),
            _and_of("mini_programs", _some(mini_program_ids, "mini_program", {"state": 1})),
            _and_of("products", _some(product_ids, "product", {
                "mini_program_id": 1, "listed": 1, "skus.sku_id": 1,
            })),
        ]  # fmt: skip
        async for document in await self._reservations.aggregate(pipeline):
            found[document["is"]].append(document)
        published = {d["_id"] for d in found["mini_program"] if d["state"] == "published"}
        return {d["_id"]: State(d["state"]) for d in found["reservation"]}, {
            d["_id"]: OnSale(
                mini_program_id=d["mini_program_id"],
                mini_program_published=d["mini_program_id"] in published,
                listed=d["listed"],
                skus=frozenset(sku["sku_id"] for sku in d["skus"]),
            )
            for d in found["product"]
        }

    async def hold(self, wanted: dict[str, Lines]) -> bool:
        """Hold what can be held for these orders; True when everything was held now."""
        lines = sorted(
            ((sku_id, n, order_id, quantity) for n, (order_id, of_order) in enumerate(wanted.items())
             for sku_id, quantity in of_order)
        )  # fmt: skip
        answer = await self._stock.bulk_write(
            [
                UpdateOne(
                    {"_id": sku_id, "available": {"$gte": quantity}, f"holds.{order_id}": {"$exists": False}},
                    {
                        "$inc": {"available": -quantity, "reserved": quantity, "version": 1},
                        "$set": {f"holds.{order_id}": quantity},
                    },
                )
                for sku_id, _, order_id, quantity in lines
            ]
        )
        return answer.matched_count == len(lines)

    async def held(self, wanted: dict[str, Lines]) -> set[str]:
        """Those of the orders for which every line is held."""
        skus = {sku_id for lines in wanted.values() for sku_id, _ in lines}
        projection = {f"holds.{order_id}": 1 for order_id in wanted}
        found = self._stock.find({"_id": {"$in": list(skus)}}, projection)
        holds = {document["_id"]: document.get("holds", {}) async for document in found}
        return {
            order_id
            for order_id, lines in wanted.items()
            if all(holds.get(sku_id, {}).get(order_id) == quantity for sku_id, quantity in lines)
        }

    async def give_back(self, orders: dict[str, Lines]) -> None:
        """What is held for these orders is available again; what is not held stays as it is."""
        await self._end_holds(orders, "available")

    async def sell(self, orders: dict[str, Lines]) -> None:
        """What is held for these orders is sold; what is not held stays as it is."""
        await self._end_holds(orders, "sold")

    async def _end_holds(self, orders: dict[str, Lines], becomes: str) -> None:
        writes = [
            UpdateOne(
                {"_id": sku_id, f"holds.{order_id}": quantity},
                {
                    "$inc": {becomes: quantity, "reserved": -quantity, "version": 1},
                    "$unset": {f"holds.{order_id}": ""},
                },
            )
            for order_id, lines in orders.items()
            for sku_id, quantity in lines
        ]
        if writes:
            await self._stock.bulk_write(writes, ordered=False)

    async def insert(self, reservations: Sequence[Document]) -> set[str]:
        """Insert these; answers the ids of those that were there already. Whoever inserts first has decided."""
        is_new = await insert_new(self._reservations, reservations)
        return {document["_id"] for document, new in zip(reservations, is_new, strict=True) if not new}

    async def move(
        self, changes: dict[str, Document], before: State, session: AsyncClientSession | None = None
    ) -> int:
        """Set these fields of the reservations that are still in `before`; answers how many were."""
        answer = await self._reservations.bulk_write(
            [
                UpdateOne({"_id": order_id, "state": before}, {"$set": change})
                for order_id, change in changes.items()
            ],
            ordered=False,
            session=session,
        )
        return answer.matched_count

    async def put_back(self, order_id: str, lines: Lines, change: Document) -> None:
        """What was sold to this order is available again, and `change` is made to its reservation: both or neither.

        A transaction, since a sold piece has no natural key in the SKU's document; this is rare, and short.
        """

        async def both(session: AsyncClientSession) -> None:
            if not await self.move({order_id: change}, State.COMMITTED, session):
                return
            await self._stock.bulk_write(
                [
                    UpdateOne(
                        {"_id": sku_id}, {"$inc": {"sold": -quantity, "available": quantity, "version": 1}}
                    )
                    for sku_id, quantity in lines
                ],
                session=session,
            )

        async with self._client.start_session() as session:
            await session.with_transaction(both)


def _some(ids: Iterable[str], kind: str, fields: Document) -> list[Document]:
    return [
        {"$match": {"_id": {"$in": list(ids)}}},
        {"$project": fields | {"is": {"$literal": kind}}},
    ]


def _and_of(collection: str, pipeline: list[Document]) -> Document:
    return {"$unionWith": {"coll": collection, "pipeline": pipeline}}


def lines_of(reservation: Document) -> Lines:
    """The lines of a stored reservation."""
    return tuple((line["sku_id"], line["quantity"]) for line in reservation["lines"])
