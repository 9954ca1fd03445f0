"""Searches for unfinished trades, over indexes that hold nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from payment.adapters.mongo_trades import CODEC, COLLECTION
from payment.domain.refund import RefundState
from payment.domain.trade import State, Trade
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import OUTBOX_FIELD

OPEN = {"state": State.REQUESTED.value}
OWING = {"refunds.state": RefundState.PENDING.value}
REFUSED = {"refunds.state": RefundState.FAILED.value}


class MongoUnfinishedTrades:
    """Implements the port UnfinishedTrades."""

    def __init__(self, db: Database) -> None:
        self._trades = db[COLLECTION]

    async def prepare(self) -> None:
        """Create the indexes."""
        open_trades = IndexModel([("expires_at", ASCENDING)], partialFilterExpression=OPEN)
        owing = IndexModel([("refunds.state", ASCENDING)], partialFilterExpression=OWING)
        refused = IndexModel(
            [("refunds.state", ASCENDING), ("refunds.late", ASCENDING)], partialFilterExpression=REFUSED
        )
        await self._trades.create_indexes([open_trades, owing, refused])

    async def open_past(self, deadline: datetime) -> AsyncIterator[Trade]:
        async for trade in self._found(OPEN | {"expires_at": {"$lt": deadline}}):
            yield trade

    async def owing_since_before(self, moment: datetime) -> AsyncIterator[Trade]:
        late = {"$elemMatch": {"state": RefundState.PENDING.value, "late": True}}
        async for trade in self._found(OWING | {"refunds": late, "paid_at": {"$lt": moment}}):
            yield trade

    async def refused_for_good(self) -> AsyncIterator[Trade]:
        late = {"$elemMatch": {"state": RefundState.FAILED.value, "late": True}}
        async for trade in self._found(REFUSED | {"refunds": late}):
            yield trade

    async def _found(self, query: Document) -> AsyncIterator[Trade]:
        async for document in self._trades.find(query, {OUTBOX_FIELD: False}):
            stored = CODEC.read(document)
            if isinstance(stored, Trade):
                yield stored
