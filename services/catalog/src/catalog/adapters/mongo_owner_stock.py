"""A SKU's stock as its owner sees and changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from catalog.application.ports import Adjust
from catalog.domain.errors import Refused
from catalog.domain.stock import Adjustment, AdjustStock, Stock, StockLevel
from runtime.errors import WriteConflict, bulk_codes
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.writes import DUPLICATE_KEY, insert_new
from runtime.outbox.actions import Actions, Changed, add_entries
from runtime.outbox.changes import Change
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown

_COUNTS = {"holds": 0}
"""The projection without the holds, of which there is one for each unpaid order."""

SHOWN = Shown("stock", ("available",))

MAX_ATTEMPTS = 10
"""Each finds the SKUs that another call has claimed in the meantime."""


class MongoOwnerStock:
    """Implements `StockStore` on the collections `stock` and `adjustments`."""

    def __init__(
        self, db: Database, recorder: Recorder, on_saved: Callable[[StockLevel], None] = lambda level: None
    ) -> None:
        """`on_saved` is called after each write of this process."""
        self._stock = db["stock"]
        self._adjustments = db["adjustments"]
        self._db = db
        self._recorder = recorder
        self._actions = Actions(recorder, SHOWN)
        self._on_saved = on_saved

    async def claim(self, product_id: str, mini_program_id: str, initial: Mapping[str, int]) -> None:
        """Create stock for the SKUs that are new; raises Refused `sku_taken` if one is another product's.

        SKU ids are unique over all mini programs. The document's own key guarantees it, also between two callers at once.
        """
        for _ in range(MAX_ATTEMPTS):
            claimed = await self._claimed(product_id, mini_program_id, initial)
            new = {sku_id: count for sku_id, count in initial.items() if sku_id not in claimed}
            if not new or await self._insert(product_id, mini_program_id, new):
                return
        raise WriteConflict(f"the SKUs of {product_id} are being claimed by others")

    async def _claimed(self, product_id: str, mini_program_id: str, sku_ids: Iterable[str]) -> set[str]:
        """Those that the product has already; raises Refused if one is another product's."""
        found = self._stock.find({"_id": {"$in": list(sku_ids)}}, {"product_id": 1, "mini_program_id": 1})
        claimed = set()
        async for document in found:
            if (document["product_id"], document["mini_program_id"]) != (product_id, mini_program_id):
                raise _taken(document["_id"])
            claimed.add(document["_id"])
        return claimed

    async def _insert(self, product_id: str, mini_program_id: str, initial: Mapping[str, int]) -> bool:
        """Create stock; False if some of it was there, perhaps of the same product: look again whose it is."""
        mine = {"product_id": product_id, "mini_program_id": mini_program_id}
        documents = [{"_id": sku_id, **mine, **_new_counts(count)} for sku_id, count in initial.items()]
        created = await insert_new(self._stock, documents)
        for (sku_id, count), is_new in zip(initial.items(), created, strict=True):
            if is_new:
                self._on_saved(StockLevel(sku_id, count, 1, product_id, mini_program_id))
        return all(created)

    async def get(self, sku_id: str) -> Stock | None:
        """The SKU's stock."""
        document = await self._stock.find_one({"_id": sku_id}, _COUNTS)
        return _read(document) if document is not None else None

    async def available(self, sku_ids: Collection[str]) -> dict[str, int]:
        """How many of each SKU can be sold; without those that have no stock yet."""
        found = self._stock.find({"_id": {"$in": list(sku_ids)}}, {"available": 1})
        return {document["_id"]: document["available"] async for document in found}

    async def made(self, adjustment_ids: Collection[str]) -> set[str]:
        """Those of the adjustments that exist."""
        found = self._adjustments.find({"_id": {"$in": list(adjustment_ids)}}, {"_id": 1})
        return {document["_id"] async for document in found}

    async def adjust(self, mini_program_id: str, commands: Sequence[AdjustStock], decide: Adjust) -> None:
        """Store the adjustments that `decide` makes, with their events and the stock they lead to, in a short transaction.

        The stock's document is hot, so it carries no outbox. The transaction's first write locks the documents: a hold that a
        buyer wants in the meantime waits, so that even a SKU that many buy does not abort the transaction again and again.
        """

        entries: list[Document] = []

        async def both(session: AsyncClientSession) -> list[tuple[Adjustment, Document]]:
            sku_ids = list({command.sku_id for command in commands})
            wanted = {"_id": {"$in": sku_ids}, "mini_program_id": mini_program_id}
            await self._stock.update_many(wanted, {"$inc": {"version": 1}}, session=session)
            stocks = {d["_id"]: _read(d) async for d in self._stock.find(wanted, _COUNTS, session=session)}
            made = {"_id": {"$in": [command.adjustment_id for command in commands]}}
            earlier = {
                d["_id"]: _read_adjustment(d) async for d in self._adjustments.find(made, session=session)
            }
            rows = [(change.after, self._row(change)) for change in decide(stocks, earlier)]
            if rows:
                latest = {adjustment.after.sku_id: adjustment.after for adjustment, _ in rows}
                await self._stock.bulk_write(list(map(_counted, latest.values())), session=session)
                await self._adjustments.insert_many([row for _, row in rows], session=session)
            entries[:] = self._actions.entries(_changed(adjustment) for adjustment, _ in rows)
            await add_entries(self._db, entries, session)
            return rows

        async with self._db.client.start_session() as session:
            try:
                rows = await session.with_transaction(both)
            except BulkWriteError as error:
                if DUPLICATE_KEY not in bulk_codes(error):
                    raise
                raise WriteConflict("another call makes the same adjustments") from error
        self._actions.saved(entries)
        for adjustment, row in rows:
            self._report(adjustment.after, row)

    def _report(self, after: Stock, row: Document) -> None:
        """By hand: VersionedStore.insert reports a write at once, and this one is durable only with the commit."""
        self._recorder.saved(self._adjustments.name, row["_id"], {"version": after.version, **row}, before=0)
        level = StockLevel(
            after.sku_id, after.available, after.version, after.product_id, after.mini_program_id
        )
        self._on_saved(level)

    def _row(self, change: Change[Adjustment]) -> Document:
        adjustment = change.after
        return {
            "_id": adjustment.adjustment_id,
            "sku_id": adjustment.after.sku_id,
            "change": adjustment.change,
            "request": adjustment.request,
            "after": asdict(adjustment.after),
            **change.private,
            OUTBOX_FIELD: self._recorder.slots(adjustment.after.version, change.events),
        }


def _counted(after: Stock) -> UpdateOne:
    counts = {"available": after.available, "adjusted": after.adjusted, "version": after.version}
    return UpdateOne({"_id": after.sku_id}, {"$set": counts})


def _read_adjustment(document: Document) -> Adjustment:
    return Adjustment(
        document["_id"], document["change"], read_as(Stock, document["after"]), document["request"]
    )


def _changed(adjustment: Adjustment) -> Changed:
    """For the audit log."""
    after = adjustment.after
    before = {"available": after.available - adjustment.change}
    return Changed(after.sku_id, before, {"available": after.available, "version": after.version})


def _new_counts(initial: int) -> Document:
    return {
        "available": initial,
        "reserved": 0,
        "sold": 0,
        "initial": initial,
        "adjusted": 0,
        "version": 1,
        "holds": {},
    }


def _read(document: Document) -> Stock:
    return Stock(
        sku_id=document["_id"],
        product_id=document["product_id"],
        mini_program_id=document["mini_program_id"],
        available=document["available"],
        reserved=document["reserved"],
        sold=document["sold"],
        initial=document["initial"],
        adjusted=document["adjusted"],
        version=document["version"],
    )


def _taken(sku_id: str) -> Refused:
    return Refused(
        "sku_taken", f"The SKU {sku_id} is another product's. SKU ids are unique over all mini programs."
    )
