"""Token buckets in MongoDB: each lease is one atomic update by the server's clock."""

from __future__ import annotations

from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from identity.domain.limits import Bucket, Lease
from runtime.mongo.client import Database, Document


class MongoBuckets:
    """Collection `buckets`: one document for each caller and class of calls."""

    def __init__(self, db: Database) -> None:
        self._buckets = db["buckets"]

    async def prepare(self) -> None:
        """Make the index by which MongoDB forgets."""
        await self._buckets.create_index("full_at", expireAfterSeconds=0)

    async def take(self, key: str, bucket: Bucket, wanted: int, spent: int) -> Lease:
        """Charge `spent` tokens to the bucket of this key, then give up to `wanted` of those that are left."""
        change = _change(bucket, wanted, spent)
        try:
            return await self._update(key, change)
        except DuplicateKeyError:  # two made the bucket at once: it exists
            return await self._update(key, change)

    async def _update(self, key: str, change: list[dict[str, Any]]) -> Lease:
        stored: Document | None = await self._buckets.find_one_and_update(
            {"_id": key}, change, upsert=True, return_document=ReturnDocument.AFTER
        )
        assert stored is not None  # noqa: S101 - an upsert always has a document
        return Lease(int(stored["given"]), max(0, int(stored["tokens"])))


def _change(bucket: Bucket, wanted: int, spent: int) -> list[dict[str, Any]]:
    """A debt reaches at most one window's tokens. From `full_at` on the bucket is as a new one, and MongoDB forgets it."""
    milliseconds = {"$max": [0, {"$subtract": ["$$NOW", {"$ifNull": ["$charged_at", "$$NOW"]}]}]}
    new = {"$divide": [{"$multiply": [milliseconds, bucket.size]}, 1000 * bucket.window]}
    refilled = {"$add": [{"$ifNull": ["$tokens", bucket.size]}, new]}
    held = {"$subtract": [{"$min": [bucket.size, refilled]}, spent]}
    full_at = {"$add": ["$$NOW", 2 * 1000 * bucket.window]}
    return [
        {"$set": {"tokens": {"$max": [-bucket.size, held]}, "charged_at": "$$NOW", "full_at": full_at}},
        {"$set": {"given": {"$max": [0, {"$min": [wanted, {"$floor": "$tokens"}]}]}}},
        {"$set": {"tokens": {"$subtract": ["$tokens", "$given"]}}},
    ]
