"""What has stalled, in the collection `stalled` of a service's database. `anchorage orders --stuck` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import ReplaceOne

from runtime.mongo.client import Database, Document
from runtime.stalled import Asked, Stalled

COLLECTION = "stalled"
LAST_CHECK = "last check"
"""The id of the document that holds the time of the last check."""


class MongoStalledList:
    """Implements the port StalledList."""

    def __init__(self, db: Database) -> None:
        self._stalled = db[COLLECTION]

    async def load(self) -> dict[str, Asked]:
        return {d["_id"]: _asked(d) async for d in self._stalled.find({"kind": {"$exists": True}})}

    async def checked_at(self) -> datetime | None:
        """When the last check ended; None if there was none."""
        document = await self._stalled.find_one({"_id": LAST_CHECK})
        return document["at"] if document is not None else None

    async def replace(self, found: Sequence[Asked], at: datetime) -> None:
        documents = [_document(asked) for asked in found] + [{"_id": LAST_CHECK, "at": at}]
        await self._stalled.bulk_write([ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in documents])
        await self._stalled.delete_many({"_id": {"$nin": [document["_id"] for document in documents]}})


def _document(asked: Asked) -> Document:
    stalled = asked.stalled
    return {
        "_id": stalled.key,
        "kind": stalled.kind,
        "id": stalled.id,
        "state": stalled.state,
        "since": stalled.since,
        "waits_for": stalled.waits_for,
        "advice": stalled.advice,
        "asks": asked.asks,
        "next_ask_at": asked.next_ask_at,
        "named": asked.named,
    }


def _asked(d: Document) -> Asked:
    stalled = Stalled(d["kind"], d["id"], d["state"], d["since"], d["waits_for"], d["advice"])
    return Asked(stalled, d["asks"], d["next_ask_at"], d["named"])
