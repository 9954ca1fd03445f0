"""Trades in MongoDB: one document each, its events beside its state in the same write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from cachetools import LRUCache
from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from contracts.payment import PaymentClosed
from payment.adapters.trade_documents import changes, from_document, to_document
from payment.application.announce import requested
from payment.application.ports import Opened, Step
from payment.domain.trade import State, Trade
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new
from runtime.outbox.recorder import FIELD, Recorder

COLLECTION = "trades"
_READ = {FIELD: False}


class MongoTrades:
    """The `trades` collection. A document without `payee` is a tombstone: its order ended before its trade came."""

    def __init__(
        self, db: Database, recorder: Recorder, written: Callable[[Trade], None] = lambda trade: None
    ) -> None:
        """`written` is called with each trade after it was stored."""
        self._trades = db[COLLECTION]
        self._recorder = recorder
        self._written = written
        self._recent = LRUCache[str, Trade](2_000)

    async def prepare(self) -> None:
        """The indexes: of work that is due, and of the days on which money came and went back."""
        due = IndexModel([("due_at", ASCENDING)], sparse=True)
        paid = IndexModel([("paid_at", ASCENDING)], sparse=True)
        back = IndexModel(
            [("refunds.settled_at", ASCENDING)],
            partialFilterExpression={"refunds.settled_at": {"$exists": True}},
        )
        await self._trades.create_indexes([due, paid, back])

    async def add(self, opened: Sequence[Opened]) -> None:
        """Store new trades in one round trip."""
        documents = [self._new(each) for each in opened]
        if all(await insert_new(self._trades, documents)):
            for each, document in zip(opened, documents, strict=True):
                self._keep(each.trade, document, before=0)

    def recent(self, order_id: str) -> Trade | None:
        """The trade as this process wrote it last."""
        return self._recent.get(order_id)

    def _new(self, opened: Opened) -> Document:
        trade = opened.trade
        told = [requested(trade, opened.form)]
        return to_document(trade) | {FIELD: self._recorder.slots(trade.version, told, trade.traceparent)}

    async def close_unseen(self, order_id: str, mini_program_id: str, reason: str, now: datetime) -> None:
        """Leave a tombstone, unless there is a trade or a tombstone."""
        closed = PaymentClosed(
            version=1, order_id=order_id, mini_program_id=mini_program_id, at=now, reason=reason
        )
        tombstone = {
            "_id": order_id,
            "version": 1,
            "mini_program_id": mini_program_id,
            "state": State.CLOSED.value,
            "close_reason": reason,
            "closed_at": now,
            "total": 0,
            "refunds": [],
            FIELD: self._recorder.slots(1, [closed]),
        }
        try:
            await self._trades.insert_one(tombstone)
        except DuplicateKeyError:
            return
        self._recorder.saved(order_id, tombstone, before=0)

    async def load(self, order_ids: Sequence[str]) -> dict[str, Trade]:
        """Trades, not tombstones."""
        found = self._trades.find({"_id": {"$in": list(order_ids)}, "payee": {"$exists": True}}, _READ)
        return {document["_id"]: from_document(document) async for document in found}

    async def save(self, steps: Sequence[Step]) -> bool:
        """One round trip for all; each write is guarded by the version before it."""
        changed = [self._changed(step) for step in steps]
        writes = [
            UpdateOne({"_id": step.before.order_id, "version": step.before.version}, change)
            for step, change in zip(steps, changed, strict=True)
        ]
        result = await self._trades.bulk_write(writes, ordered=False)
        if result.matched_count < len(steps):
            for step in steps:
                self._recent.pop(step.before.order_id, None)
            return False
        for step, change in zip(steps, changed, strict=True):
            self._keep(step.after, change["$set"], before=step.before.version)
        return True

    def _keep(self, trade: Trade, fields: Document, *, before: int) -> None:
        self._recorder.saved(trade.order_id, fields, before=before)
        self._recent[trade.order_id] = trade
        self._written(trade)

    def _changed(self, step: Step) -> Document:
        put, away = changes(step.before, step.after)
        for version, events in step.events:
            put |= self._recorder.updates(version, events, step.traceparent or step.before.traceparent)
        return {"$set": put} | ({"$unset": away} if away else {})

    async def due(self, now: datetime, limit: int, *, but: Sequence[str]) -> list[Trade]:
        """By the sparse index of work."""
        query: Document = {"due_at": {"$lte": now}}
        if but:
            query["_id"] = {"$nin": list(but)}
        found = self._trades.find(query, _READ).sort("due_at", ASCENDING).limit(limit)
        return [from_document(document) async for document in found]
