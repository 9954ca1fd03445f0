"""Token buckets in MongoDB: each lease is one atomic update by the server's clock."""

from __future__ import annotations

from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from identity.domain.limits import Lease
from runtime.mongo.client import Database, Document

FORGET_SECONDS = 60
"""A bucket is full again after one second without a call, so a forgotten one changes nothing."""


class MongoBuckets:
    """Collection `buckets`: one document for each caller and class of calls."""

    def __init__(self, db: Database) -> None:
        self._buckets = db["buckets"]

    async def prepare(self) -> None:
        """Make the index by which MongoDB forgets."""
        await self._buckets.create_index("at", expireAfterSeconds=FORGET_SECONDS)

    async def take(self, key: str, per_second: int, wanted: int, spent: int) -> Lease:
        """Charge `spent` tokens, then give up to `wanted` of those that are left."""
        change = _change(per_second, wanted, spent)
        try:
            return await self._update(key, change)
        except DuplicateKeyError:  # two made the bucket at once: it exists
            return await self._update(key, change)

    async def _update(self, key: str, change: list[dict[str, Any]]) -> Lease:
        bucket: Document | None = await self._buckets.find_one_and_update(
            {"_id": key}, change, upsert=True, return_document=ReturnDocument.AFTER
        )
        assert bucket is not None  # noqa: S101 - an upsert always has a document
        return Lease(int(bucket["given"]), max(0, int(bucket["tokens"])))


def _change(per_second: int, wanted: int, spent: int) -> list[dict[str, Any]]:
    """A debt reaches at most one second's tokens."""
    seconds = {"$divide": [{"$max": [0, {"$subtract": ["$$NOW", {"$ifNull": ["$at", "$$NOW"]}]}]}, 1000]}
    refilled = {"$add": [{"$ifNull": ["$tokens", per_second]}, {"$multiply": [seconds, per_second]}]}
    held = {"$subtract": [{"$min": [per_second, refilled]}, spent]}
    return [
        {"$set": {"tokens": {"$max": [-per_second, held]}, "at": "$$NOW"}},
        {"$set": {"given": {"$max": [0, {"$min": [wanted, {"$floor": "$tokens"}]}]}}},
        {"$set": {"tokens": {"$subtract": ["$tokens", "$given"]}}},
    ]
