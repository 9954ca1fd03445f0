"""A SKU's stock as its owner sees and changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from pymongo.asynchronous.client_session import AsyncClientSession

from catalog.domain.errors import NotFound, Refused
from catalog.domain.stock import Adjustment, Stock, StockLevel
from runtime.errors import WriteConflict
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new
from runtime.outbox.changes import Change
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder

_COUNTS = {"holds": 0}
"""The projection without the holds, of which there is one for each unpaid order."""

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
        self._client = db.client
        self._recorder = recorder
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

    async def adjust(self, sku_id: str, decide: Callable[[Stock], Change[Adjustment] | None]) -> Stock:
        """Store an adjustment with its events and the stock it leads to, in a short transaction. Raises NotFound.

        The stock's document is hot, so it carries no outbox. A hold that a buyer takes in the meantime aborts the
        transaction, which then starts over.
        """

        async def both(session: AsyncClientSession) -> tuple[Stock, Document | None]:
            document = await self._stock.find_one({"_id": sku_id}, _COUNTS, session=session)
            if document is None:
                raise NotFound("this SKU")
            before = _read(document)
            change = decide(before)
            if change is None:
                return before, None
            adjustment = change.after
            row = self._row(change)
            await self._stock.update_one(
                {"_id": sku_id},
                {"$inc": {"available": adjustment.change, "adjusted": adjustment.change, "version": 1}},
                session=session,
            )
            await self._adjustments.insert_one(row, session=session)
            return adjustment.after, row

        async with self._client.start_session() as session:
            stock, row = await session.with_transaction(both)
        if row is not None:
            # by hand: VersionedStore.insert reports a write at once, and this one is durable only with the commit
            self._recorder.saved(
                self._adjustments.name, row["_id"], {"version": stock.version, **row}, before=0
            )
            self._on_saved(
                StockLevel(sku_id, stock.available, stock.version, stock.product_id, stock.mini_program_id)
            )
        return stock

    def _row(self, change: Change[Adjustment]) -> Document:
        adjustment = change.after
        return {
            "_id": adjustment.adjustment_id,
            "sku_id": adjustment.after.sku_id,
            "change": adjustment.change,
            **change.private,
            OUTBOX_FIELD: self._recorder.slots(adjustment.after.version, change.events),
        }


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
