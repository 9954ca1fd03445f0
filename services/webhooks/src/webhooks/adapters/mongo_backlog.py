"""Pending deliveries in MongoDB, and webhooks that no process sends to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from runtime.mongo.client import Database
from runtime.stalled import Stalled
from webhooks.adapters.mongo_delivery_documents import DELIVERIES, QUEUES
from webhooks.domain.delivery import Status

OVERDUE = timedelta(minutes=10)
"""A sender claims a due webhook within a second while it has room: much less than this, even after a restart."""


class MongoBacklog:
    """Implements the ports Waiting and StalledSource: webhooks that no sender has claimed although something is due."""

    def __init__(self, db: Database) -> None:
        self._deliveries = db[DELIVERIES]
        self._queues = db[QUEUES]

    async def count(self) -> int:
        return await self._deliveries.count_documents({"status": Status.PENDING})

    async def oldest_due(self) -> datetime | None:
        found = await self._queues.find_one({"due_at": {"$ne": None}}, {"due_at": 1}, sort=[("due_at", 1)])
        return found["due_at"] if found is not None else None

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        query = {"due_at": {"$lt": now - OVERDUE}, "leased_until": {"$not": {"$gt": now}}}
        async for document in self._queues.find(query).sort("due_at"):
            yield Stalled(
                "webhook",
                document["_id"],
                "due",
                document["due_at"],
                "a sender that claims it",
                "look at the log of the webhook service, and restart it",
            )

    async def ask_again(self, stalled: Stalled) -> None:
        """Does nothing: senders poll by themselves."""
