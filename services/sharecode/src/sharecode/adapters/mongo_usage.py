"""Counters of new codes in MongoDB, so that all replicas share one limit."""

from __future__ import annotations

from datetime import datetime

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from runtime.mongo.client import Database
from sharecode.domain.quota import Limit

COLLECTION = "usage"


class MongoUsage:
    """Collection `usage`: one document for each window and each subject of a limit. A TTL index removes past windows."""

    def __init__(self, db: Database) -> None:
        self._usage = db[COLLECTION]

    async def prepare(self) -> None:
        """Create the index."""
        await self._usage.create_index([("ends", ASCENDING)], expireAfterSeconds=0)

    async def take(self, limit: Limit, whose: str, now: datetime) -> bool:
        """Count one more; False, without counting, when the limit is reached."""
        query = {"_id": _id(limit, whose, now), "count": {"$lt": limit.most}}
        change = {"$inc": {"count": 1}, "$setOnInsert": {"ends": limit.ends(now)}}
        for upsert in (True, False):  # the second time when another call created the document in between
            try:
                done = await self._usage.update_one(query, change, upsert=upsert)
            except DuplicateKeyError:
                continue
            return bool(done.matched_count or done.upserted_id)
        return False

    async def give_back(self, limit: Limit, whose: str, now: datetime) -> None:
        """Undo a `take` whose code was not created."""
        await self._usage.update_one({"_id": _id(limit, whose, now)}, {"$inc": {"count": -1}})

    async def used(self, limit: Limit, whose: str, now: datetime) -> int:
        """The count of the current window."""
        found = await self._usage.find_one({"_id": _id(limit, whose, now)})
        return int(found["count"]) if found else 0


def _id(limit: Limit, whose: str, now: datetime) -> str:
    return f"{limit.name}:{whose}:{limit.begins(now):%Y%m%dT%H%M}"
