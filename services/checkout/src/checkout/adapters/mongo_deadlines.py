"""Deadlines in MongoDB: one collection for all mini programs, so that one query finds what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from cachetools import LRUCache
from pymongo import ASCENDING

from checkout.domain.deadline import Deadline
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

CACHE_SIZE = 2_000


class MongoDeadlines:
    """Implements the port Deadlines. Only the first order of a second costs a write: stored deadlines are cached."""

    def __init__(self, db: Database) -> None:
        self._deadlines = db["deadlines"]
        self._stored = LRUCache[str, bool](CACHE_SIZE)

    async def prepare(self) -> None:
        await self._deadlines.create_index([("look_at", ASCENDING)])

    async def store(self, deadlines: Iterable[Deadline]) -> None:
        by_id = {deadline.deadline_id: deadline for deadline in deadlines}
        new = [d for deadline_id, d in by_id.items() if not self._stored.get(deadline_id)]
        await insert_new(self._deadlines, [_document(deadline) for deadline in new])
        for deadline in new:
            self._stored[deadline.deadline_id] = True

    async def due(self, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[Deadline]:
        query: Document = {"look_at": {"$lte": now}}
        if but:
            query["_id"] = {"$nin": list(but)}
        found = self._deadlines.find(query).sort("look_at", ASCENDING).limit(limit)
        return [_deadline(document) async for document in found]

    async def check_again(self, deadlines: Sequence[Deadline], at: datetime) -> None:
        if deadlines:
            last_check = {"$set": {"look_at": at, "is_last": True}}
            await self._deadlines.update_many(_with_ids(deadlines), last_check)

    async def drop(self, deadlines: Sequence[Deadline]) -> None:
        if deadlines:
            await self._deadlines.delete_many(_with_ids(deadlines))
        for deadline in deadlines:
            self._stored.pop(deadline.deadline_id, None)  # if a clock is set back, it is needed again


def _with_ids(deadlines: Sequence[Deadline]) -> Document:
    return {"_id": {"$in": [deadline.deadline_id for deadline in deadlines]}}


def _document(deadline: Deadline) -> Document:
    return {
        "_id": deadline.deadline_id,
        "mini_program_id": deadline.mini_program_id,
        "placed_at": deadline.placed_at,
        "expires_at": deadline.expires_at,
        "look_at": deadline.expires_at,
        "is_last": deadline.is_last,
    }


def _deadline(document: Document) -> Deadline:
    return Deadline(
        document["_id"], document["mini_program_id"], document["placed_at"], document["expires_at"], document["is_last"]
    )  # fmt: skip
