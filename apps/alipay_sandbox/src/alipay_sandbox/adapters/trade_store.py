"""Trades in MongoDB, each with its notices in one document, so that a state and what tells of it are durable together.

A trade is found by `_id` or `trade_no` only; bills and the start-up read the whole collection, which keeps the
paying of a trade free of further indexes.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pymongo import UpdateOne

from alipay_sandbox.adapters.documents import (
    Document,
    key_of,
    notice_document,
    read_notice_document,
    read_trade_document,
    trade_document,
)
from alipay_sandbox.domain.notices import Notice
from alipay_sandbox.domain.trade import Trade, TradeStatus
from runtime.batching import Batcher
from runtime.mongo.client import Database
from runtime.mongo.writes import insert_new


@dataclass(frozen=True, slots=True)
class StoredTrade:
    """A trade with the version that it was read at."""

    key: str
    version: int
    trade: Trade


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try to deliver a notice: the notice as it is now, and the answer in words."""

    key: str
    notice: Notice
    done: bool
    answer: str
    at: datetime


class TradeStore:
    """The collection `trades`."""

    def __init__(self, database: Database) -> None:
        self._trades = database["trades"]
        self._insert = Batcher[Document, bool](partial(insert_new, self._trades))

    async def prepare(self) -> None:
        """Makes the indexes."""
        await self._trades.create_index("trade_no", unique=True)

    async def insert(self, trade: Trade, notices: Sequence[Notice]) -> bool:
        """Stores a new trade with what is to be announced, together with those that come at the same time; False if its
        out_trade_no is taken."""
        document = {
            "_id": key_of(trade.order.seller_id, trade.order.out_trade_no),
            "version": 1,
            **trade_document(trade),
            "notices": [notice_document(notice) for notice in notices],
        }
        return await self._insert(document)

    async def replace(self, stored: StoredTrade, trade: Trade, notices: Sequence[Notice]) -> bool:
        """Stores a changed trade with what is to be announced; False if another change came first."""
        result = await self._trades.update_one(
            {"_id": stored.key, "version": stored.version},
            {
                "$set": trade_document(trade),
                "$inc": {"version": 1},
                "$push": {"notices": {"$each": [notice_document(notice) for notice in notices]}},
            },
        )
        return result.modified_count == 1

    async def find(self, seller_id: str, out_trade_no: str) -> StoredTrade | None:
        """The trade under a seller's own number."""
        return _stored(await self._trades.find_one({"_id": key_of(seller_id, out_trade_no)}))

    async def find_by_trade_no(self, seller_id: str, trade_no: str) -> StoredTrade | None:
        """The trade under Alipay's number, if it is this seller's."""
        return _stored(await self._trades.find_one({"trade_no": trade_no, "order.seller_id": seller_id}))

    async def notices(self, key: str) -> list[Document]:
        """Everything known of a trade's notices, oldest first."""
        found = await self._trades.find_one({"_id": key}, {"notices": 1})
        return list(found["notices"]) if found else []

    async def record(self, attempts: Sequence[Attempt]) -> None:
        """Stores what became of tries to deliver, many at once."""
        await self._trades.bulk_write([_attempt_update(attempt) for attempt in attempts], ordered=False)

    async def undelivered(self) -> AsyncIterator[tuple[str, Notice]]:
        """All notices that still have a try to make, with their trades' keys."""
        async for document in self._trades.find({"notices.done": False}, {"notices": 1}):
            for notice in document["notices"]:
                if not notice["done"]:
                    yield document["_id"], read_notice_document(notice)

    async def waiting(self) -> AsyncIterator[StoredTrade]:
        """All trades that wait for their buyers."""
        async for document in self._trades.find({"status": TradeStatus.WAIT_BUYER_PAY.value}):
            yield _read(document)

    async def with_money_moved(self, seller_id: str, start: datetime, end: datetime) -> list[Trade]:
        """The seller's trades paid or refunded in [start, end), in the order of their creation."""
        moved = {"$gte": start, "$lt": end}
        cursor = self._trades.find(
            {
                "order.seller_id": seller_id,
                "$or": [{"paid_at": moved}, {"refunds": {"$elemMatch": {"at": moved}}}],
            }
        ).sort("created_at")
        return [read_trade_document(document) async for document in cursor]

    async def count(self) -> int:
        """How many trades there are."""
        return await self._trades.estimated_document_count()

    async def takings(self) -> dict[str, int]:
        """For each seller, what was paid less what was refunded, in fen."""
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
