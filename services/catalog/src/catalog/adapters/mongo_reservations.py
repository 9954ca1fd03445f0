"""Reservations and their holds in MongoDB. Each call is one round trip, and safe to repeat.

Holds of one call are taken in SKU order, and for each SKU in the order of the orders. So two orders of one call that want the same
SKUs do not end up with half each; for those of two calls, see `catalog.domain.reservation.looks`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from catalog.adapters.reservation_codec import changing_fields, document_of, reservation_of
from catalog.domain.on_sale import OnSale
from catalog.domain.reservation import LeftOverHold, Lines, Reservation, State
from runtime.mongo.client import Database, Document
from runtime.outbox.changes import Change
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

HELD = {"state": str(State.RESERVED)}
"""Reservations that are neither sold nor released; the index of `mongo_schema.py` on `expires_at` holds just these."""
_LEFT_OVER: list[Document] = [
    {"$match": {"holds": {"$gt": {}}}},
    {"$project": {"hold": {"$objectToArray": "$holds"}}},
    {"$unwind": "$hold"},
    {"$group": {"_id": "$hold.k", "lines": {"$push": {"sku_id": "$_id", "quantity": "$hold.v"}}}},
    {
        "$lookup": {
            "from": "reservations",
            "localField": "_id",
            "foreignField": "_id",
            "pipeline": [{"$match": {"state": {"$ne": str(State.RESERVED)}}}, {"$project": {"state": 1}}],
            "as": "reservation",
        }
    },
    {"$unwind": "$reservation"},
]


class MongoReservations:
    """Implements `ReservationStore` on the collections `reservations` and `stock`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._stock = db["stock"]
        self._reservations = db["reservations"]
        self._client = db.client
        self._recorder = recorder
        self._store = VersionedStore(
            Codec(reservation_of, document_of),
            recorder,
            lambda _: self._reservations,
            shown=Shown("reservation"),
        )

    async def load_for_reserving(
        self, order_ids: Iterable[str], product_ids: Iterable[str], mini_program_ids: Iterable[str]
    ) -> tuple[dict[str, State], dict[str, OnSale]]:
        """The states of the reservations that exist, and what is known about the products.

        Read from the database, not from memory, so that a suspension holds at once.
        """
        found: dict[str, list[Document]] = {"reservation": [], "mini_program": [], "product": []}
        product_fields = {"mini_program_id": 1, "listed": 1, "skus.sku_id": 1}
        pipeline = [
            *_some(order_ids, "reservation", {"state": 1}),
            _and_of("mini_programs", _some(mini_program_ids, "mini_program", {"state": 1})),
            _and_of("products", _some(product_ids, "product", product_fields)),
        ]
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

    async def states(self, order_ids: Iterable[str]) -> dict[str, State]:
        """The state of each reservation that exists."""
        found = self._reservations.find({"_id": {"$in": list(order_ids)}}, {"state": 1})
        return {document["_id"]: State(document["state"]) async for document in found}

    async def find(self, order_ids: Iterable[str]) -> dict[str, Reservation]:
        """The reservations that exist."""
        found = self._reservations.find({"_id": {"$in": list(order_ids)}}, {OUTBOX_FIELD: 0})
        return {document["_id"]: reservation_of(document) async for document in found}

    async def held_since_before(self, deadline: datetime) -> AsyncIterator[Reservation]:
        """Reservations of orders that were to be paid before `deadline` and are still held."""
        query = {**HELD, "expires_at": {"$lt": deadline}}
        async for document in self._reservations.find(query, {OUTBOX_FIELD: 0}).sort("expires_at", 1):
            yield reservation_of(document)

    async def hold(self, wanted: Mapping[str, Lines]) -> bool:
        """Hold these orders' lines where there is enough stock; True if all lines were held now."""
        lines = sorted(
            (sku_id, n, order_id, quantity)
            for n, (order_id, of_order) in enumerate(wanted.items())
            for sku_id, quantity in of_order
        )
        result = await self._stock.bulk_write(
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
        return result.matched_count == len(lines)

    async def held(self, wanted: Mapping[str, Lines]) -> dict[str, Lines]:
        """What is held for each of these orders, in SKU order."""
        skus = {sku_id for lines in wanted.values() for sku_id, _ in lines}
        projection = {f"holds.{order_id}": 1 for order_id in wanted}
        found = self._stock.find({"_id": {"$in": list(skus)}}, projection)
        holds = {document["_id"]: document.get("holds", {}) async for document in found}
        return {
            order_id: tuple((sku, holds[sku][order_id]) for sku, _ in lines if order_id in holds.get(sku, {}))
            for order_id, lines in wanted.items()
        }

    async def release_holds(self, orders: Mapping[str, Lines]) -> None:
        """Make what is held for these orders available again."""
        await self._update_holds(
            orders,
            lambda hold, held: {
                "$inc": {"available": held, "reserved": -held, "version": 1},
                "$unset": {hold: ""},
            },
        )

    async def sell_holds(self, orders: Mapping[str, Lines]) -> None:
        """Make what is held for these orders sold. Holds of 0 pieces stay, so that nobody takes them again."""
        await self._update_holds(
            orders,
            lambda hold, held: {"$inc": {"sold": held, "reserved": -held, "version": 1}, "$set": {hold: 0}},
        )

    async def forget_sold(self, orders: Mapping[str, Lines]) -> None:
        """Remove the holds of 0 pieces that a sale has left for these orders."""
        sold = {order_id: tuple((sku_id, 0) for sku_id, _ in lines) for order_id, lines in orders.items()}
        await self._update_holds(sold, lambda hold, _: {"$unset": {hold: ""}})

    async def _update_holds(
        self, orders: Mapping[str, Lines], update: Callable[[str, int], Document]
    ) -> None:
        """Update the SKUs that hold just these quantities; `update` gets the hold's field and its quantity."""
        writes = [
            UpdateOne({"_id": sku_id, hold: quantity}, update(hold, quantity))
            for order_id, lines in orders.items()
            for sku_id, quantity in lines
            for hold in (f"holds.{order_id}",)
        ]
        if writes:
            await self._stock.bulk_write(writes, ordered=False)

    async def left_over_holds(self) -> AsyncIterator[LeftOverHold]:
        """What is held for orders whose reservation is in another state than `reserved`.

        Holds are read before their reservations. So a hold that ends in between may be reported, and its release changes
        nothing.
        """
        async for document in await self._stock.aggregate(_LEFT_OVER):
            lines = tuple(sorted((line["sku_id"], line["quantity"]) for line in document["lines"]))
            yield LeftOverHold(document["_id"], State(document["reservation"]["state"]), lines)

    async def insert(self, new: Sequence[Change[Reservation]]) -> set[str]:
        """Store new reservations with their events; the ids of those that existed already. The first insert decides."""
        existed = set()
        for change, outcome in zip(new, await self._store.insert(new), strict=True):
            if isinstance(outcome, Exception):
                raise outcome
            if not outcome:
                existed.add(change.after.order_id)
        return existed

    async def advance(self, changes: Sequence[Change[Reservation]], before: State) -> bool:
        """Move reservations that are still in `before` on, with their events; False if some were not.

        Guarded by the state and not written through the versioned store: a reservation's version follows from its state, so
        a batch of orders in one state moves in one write.
        """
        updates = self._updates(changes)
        if await self._write(updates, before) < len(updates):
            return False
        self._saved(updates, before)
        return True

    async def return_sold(self, change: Change[Reservation]) -> None:
        """Make what was sold to an order available again and store the change, if it is still committed: both or neither.

        A transaction, because a sold piece has no natural key in the SKU's document. It is rare, and short.
        """
        updates = self._updates([change])

        async def both(session: AsyncClientSession) -> bool:
            if not await self._write(updates, State.COMMITTED, session):
                return False
            await self._stock.bulk_write(
                [
                    UpdateOne(
                        {"_id": sku_id}, {"$inc": {"sold": -quantity, "available": quantity, "version": 1}}
                    )
                    for sku_id, quantity in change.after.available_again
                ],
                session=session,
            )
            return True

        async with self._client.start_session() as session:
            if await session.with_transaction(both):
                self._saved(updates, State.COMMITTED)

    def _updates(self, changes: Sequence[Change[Reservation]]) -> dict[str, Document]:
        """The fields to set for each order, with its events."""
        return {
            change.after.order_id: changing_fields(change.after)
            | self._recorder.updates(change.after.version, change.events, change.traceparent)
            for change in changes
        }

    async def _write(
        self, updates: Mapping[str, Document], before: State, session: AsyncClientSession | None = None
    ) -> int:
        """Update the reservations that are still in `before`; how many were."""
        result = await self._reservations.bulk_write(
            [
                UpdateOne({"_id": order_id, "state": before}, {"$set": fields})
                for order_id, fields in updates.items()
            ],
            ordered=False,
            session=session,
        )
        return result.matched_count

    def _saved(self, updates: Mapping[str, Document], before: State) -> None:
        """Report durable writes, so that their events are published at once."""
        for order_id, fields in updates.items():
            self._recorder.saved(self._reservations.name, order_id, fields, before=before.version)


def _some(ids: Iterable[str], kind: str, fields: Document) -> list[Document]:
    return [
        {"$match": {"_id": {"$in": list(ids)}}},
        {"$project": fields | {"is": {"$literal": kind}}},
    ]


def _and_of(collection: str, pipeline: list[Document]) -> Document:
    return {"$unionWith": {"coll": collection, "pipeline": pipeline}}
