"""A SKU's stock as its owner sees and changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError

from catalog.domain.errors import NotThere, Refused
from catalog.domain.stock import Stock, adjustment
from contracts.catalog import StockAdjusted, StockAdjustedV1
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import DUPLICATE_KEY
from runtime.outbox.recorder import FIELD, Recorder

_COUNTS = {"holds": 0}


class ShelfStock:
    """The `stock` collection from the owner's side, with the `adjustments` journal."""

    def __init__(self, db: Database, recorder: Recorder, saw: Callable[[str, Document], None]) -> None:
        self._stock = db["stock"]
        self._adjustments = db["adjustments"]
        self._client = db.client
        self._recorder = recorder
        self._saw = saw

    async def claim(self, product_id: str, mini_program_id: str, initial: dict[str, int]) -> None:
        """Make stock for the SKUs that are new; raises Refused `sku_taken` when one is another product's.

        SKU ids are unique over all mini programs: the document's own key sees to it, also between two callers at once.
        """
        mine = {"product_id": product_id, "mini_program_id": mini_program_id}
        found = self._stock.find({"_id": {"$in": list(initial)}}, dict.fromkeys(mine, 1))
        known = {d["_id"]: d async for d in found}
        for sku_id, document in known.items():
            if (document["product_id"], document["mini_program_id"]) != (product_id, mini_program_id):
                raise _taken(sku_id)
        new = [sku_id for sku_id in initial if sku_id not in known]
        if not new:
            return
        try:
            await self._stock.bulk_write(
                [
                    UpdateOne(
                        {"_id": sku_id, **mine}, {"$setOnInsert": _counts(initial[sku_id])}, upsert=True
                    )
                    for sku_id in new
                ],
                ordered=False,
            )
        except BulkWriteError as fault:
            errors = fault.details["writeErrors"]
            if not errors or any(error["code"] != DUPLICATE_KEY for error in errors):
                raise
            raise _taken(errors[0]["op"]["q"]["_id"]) from None
        for sku_id in new:
            self._saw("stock", {"_id": sku_id, **mine, "available": initial[sku_id], "version": 1})

    async def get(self, sku_id: str) -> Stock:
        """The SKU's stock; raises NotThere."""
        return _read(await self._stock.find_one({"_id": sku_id}, _COUNTS))

    async def adjust(self, sku_id: str, *, available: int | None, change: int | None) -> Stock:
        """Set the number `available`, or make a `change` to it; nothing is written when that changes nothing.

        The stock and the journal's row with its StockAdjusted become durable together, in a short transaction: the hot
        document carries no outbox, and buyers' holds meanwhile make this one try again, never go below zero. Raises NotThere,
        and Refused when not so many are there.
        """

        async def both(session: AsyncClientSession) -> Stock:
            before = _read(await self._stock.find_one({"_id": sku_id}, _COUNTS, session=session))
            by = adjustment(before.available, available=available, change=change)
            if by == 0:
                return before
            document = await self._stock.find_one_and_update(
                {"_id": sku_id, "available": {"$gte": -by}},
                {"$inc": {"available": by, "adjusted": by, "version": 1}},
                projection=_COUNTS,
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            after = _read(document)
            await self._adjustments.insert_one(self._row(after, by), session=session)
            return after

        async with self._client.start_session() as session:
            stock = await session.with_transaction(both)
        self._saw(
            "stock",
            {
                "_id": sku_id,
                "product_id": stock.product_id,
                "mini_program_id": stock.mini_program_id,
                "available": stock.available,
                "version": stock.version,
            },
        )
        return stock

    def _row(self, stock: Stock, by: int) -> dict[str, Any]:
        adjustment_id = self._recorder.new_id()
        facts: dict[str, Any] = {
            "version": stock.version,
            "sku_id": stock.sku_id,
            "product_id": stock.product_id,
            "mini_program_id": stock.mini_program_id,
            "change": by,
            "available": stock.available,
        }
        events = [
            StockAdjusted(adjustment_id=adjustment_id, **facts),
            StockAdjustedV1(order_id=adjustment_id, **facts),
        ]
        return {
            "_id": adjustment_id,
            "sku_id": stock.sku_id,
            "change": by,
            "at": self._recorder.clock(),
            FIELD: self._recorder.slots(stock.version, events),
        }


def _counts(initial: int) -> Document:
    return {
        "available": initial,
        "reserved": 0,
        "sold": 0,
        "initial": initial,
        "adjusted": 0,
        "version": 1,
        "holds": {},
    }


def _read(document: Document | None) -> Stock:
    if document is None:
        raise NotThere("this SKU")
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
        "sku_taken", f"the SKU {sku_id} is another product's: SKU ids are unique over all mini programs"
    )
