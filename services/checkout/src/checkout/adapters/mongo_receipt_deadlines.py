"""Deadlines of receipts in MongoDB: one collection for all mini programs, so that one query finds what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo import ASCENDING, UpdateOne

from runtime.mongo.client import Database


class MongoReceiptDeadlines:
    """Implements the port ReceiptDeadlines."""

    def __init__(self, db: Database) -> None:
        self._deadlines = db["receipt_deadlines"]

    async def prepare(self) -> None:
        await self._deadlines.create_index([("look_at", ASCENDING)])

    async def store(self, order_id: str, at: datetime) -> None:
        await self._deadlines.update_one({"_id": order_id}, {"$max": {"look_at": at}}, upsert=True)

    async def due(self, now: datetime, limit: int) -> list[str]:
        found = self._deadlines.find({"look_at": {"$lte": now}}).sort("look_at", ASCENDING).limit(limit)
        return [document["_id"] async for document in found]

    async def check_again(self, times: Mapping[str, datetime]) -> None:
        if times:
            writes = [UpdateOne({"_id": key}, {"$set": {"look_at": at}}) for key, at in times.items()]
            await self._deadlines.bulk_write(writes, ordered=False)

    async def drop(self, order_ids: Sequence[str]) -> None:
        if order_ids:
            await self._deadlines.delete_many({"_id": {"$in": list(order_ids)}})
