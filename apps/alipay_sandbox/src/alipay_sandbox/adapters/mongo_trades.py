"""Trades in MongoDB, each with its notices in one document, so that a state and its notice become durable together.

Trades are found by `_id` or `trade_no` only. Bills and the start read the whole collection, so that a payment maintains
no further index.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pymongo import UpdateOne

from alipay_sandbox.adapters.store_errors import raises_unavailable
from alipay_sandbox.adapters.trade_documents import (
    Document,
    key_of,
    notice_document,
    read_notice_document,
    read_trade_document,
    trade_document,
)
from alipay_sandbox.application.ports import Attempt, StoredTrade
from alipay_sandbox.domain.notices import Notice
from alipay_sandbox.domain.trade import Trade, TradeStatus
from runtime.batching import Batcher
from runtime.mongo.client import Database
from runtime.mongo.writes import insert_each


class MongoTrades:
    """Collection `trades`. New trades are inserted in batches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trades = database["trades"]
        self._insert = Batcher[Document, bool](partial(insert_each, self._trades))

    @raises_unavailable
    async def prepare(self) -> None:
        """Create the indexes."""
        await self._trades.create_index("trade_no", unique=True)

    @raises_unavailable
    async def ping(self) -> None:
        """Return when the database answers."""
        await self._database.client.admin.command("ping")

    @raises_unavailable
    async def insert(self, trade: Trade, notices: Sequence[Notice]) -> bool:
        """Store a new trade with its notices; False if its out_trade_no is taken."""
        document = {
            "_id": key_of(trade.order.seller_id, trade.order.out_trade_no),
            "version": 1,
            **trade_document(trade),
            "notices": [notice_document(notice) for notice in notices],
        }
        return await self._insert(document)

    @raises_unavailable
    async def replace(self, stored: StoredTrade, trade: Trade, notices: Sequence[Notice]) -> bool:
        """Store a changed trade with new notices; False after a conflict."""
        result = await self._trades.update_one(
            {"_id": stored.key, "version": stored.version},
            {
                "$set": trade_document(trade),
                "$inc": {"version": 1},
                "$push": {"notices": {"$each": [notice_document(notice) for notice in notices]}},
            },
        )
        return result.modified_count == 1

    @raises_unavailable
    async def find(self, seller_id: str, out_trade_no: str) -> StoredTrade | None:
        """The trade under a seller's own number."""
        return _stored(await self._trades.find_one({"_id": key_of(seller_id, out_trade_no)}))

    @raises_unavailable
    async def find_by_trade_no(self, seller_id: str, trade_no: str) -> StoredTrade | None:
        """The trade under Alipay's number, if it is this seller's."""
        return _stored(await self._trades.find_one({"trade_no": trade_no, "order.seller_id": seller_id}))

    @raises_unavailable
    async def notices(self, key: str) -> list[Document]:
        """All notices of a trade with their attempts and answers, oldest first."""
        found = await self._trades.find_one({"_id": key}, {"notices": 1})
        return list(found["notices"]) if found else []

    @raises_unavailable
    async def record(self, attempts: Sequence[Attempt]) -> None:
        """Store the outcomes of attempts, in one write."""
        await self._trades.bulk_write([_attempt_update(attempt) for attempt in attempts], ordered=False)

    @raises_unavailable
    async def undelivered(self) -> list[tuple[str, Notice]]:
        """All notices that have attempts left, with the keys of their trades."""
        return [
            (document["_id"], read_notice_document(notice))
            async for document in self._trades.find({"notices.done": False}, {"notices": 1})
            for notice in document["notices"]
            if not notice["done"]
        ]

    @raises_unavailable
    async def waiting(self) -> list[StoredTrade]:
        """All trades that wait for their buyers."""
        cursor = self._trades.find({"status": TradeStatus.WAIT_BUYER_PAY.value})
        return [_read(document) async for document in cursor]

    @raises_unavailable
    async def with_money_moved(self, seller_id: str, start: datetime, end: datetime) -> list[Trade]:
        """The seller's trades paid or refunded in [start, end), oldest first."""
        moved = {"$gte": start, "$lt": end}
        cursor = self._trades.find(
            {
                "order.seller_id": seller_id,
                "$or": [{"paid_at": moved}, {"refunds": {"$elemMatch": {"at": moved}}}],
            }
        ).sort("created_at")
        return [read_trade_document(document) async for document in cursor]

    @raises_unavailable
    async def count(self) -> int:
        """The number of trades."""
        return await self._trades.estimated_document_count()

    @raises_unavailable
    async def takings(self) -> dict[str, int]:
        """For each seller, payments minus refunds, in fen."""
        pipeline: list[dict[str, Any]] = [
            {"$match": {"paid_at": {"$ne": None}}},
            {
                "$group": {
                    "_id": "$order.seller_id",
                    "fen": {"$sum": {"$subtract": ["$order.total", {"$sum": "$refunds.amount"}]}},
                }
            },
        ]
        return {row["_id"]: row["fen"] async for row in await self._trades.aggregate(pipeline)}


def _attempt_update(attempt: Attempt) -> UpdateOne:
    notice = attempt.notice
    return UpdateOne(
        {"_id": attempt.key, "notices.notify_id": notice.notify_id},
        {
            "$set": {
                "notices.$.attempts": notice.attempts,
                "notices.$.due": notice.due,
                "notices.$.done": attempt.done,
            },
            "$push": {"notices.$.answers": {"at": attempt.at, "answer": attempt.answer}},
        },
    )


def _read(document: Document) -> StoredTrade:
    return StoredTrade(document["_id"], document["version"], read_trade_document(document))


def _stored(document: Document | None) -> StoredTrade | None:
    return None if document is None else _read(document)
