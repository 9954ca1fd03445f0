"""The log of deliveries in MongoDB, and replays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.clock import Clock
from runtime.mongo.client import Database, Document
from webhooks.adapters.mongo_delivery_documents import (
    DELIVERIES,
    QUEUES,
    Queued,
    delivery_id,
    enqueue,
    read_delivery,
    read_event,
)
from webhooks.adapters.mongo_events import EVENTS
from webhooks.adapters.mongo_queues import read_failing
from webhooks.adapters.mongo_transactions import together
from webhooks.application.ports import Replay
from webhooks.domain.delivery import Delivery, Failing, Status
from webhooks.domain.owner_event import KEPT, NumberedEvent
from webhooks.domain.webhook import Webhook

MAX_BATCH = 200
"""Events that one transaction queues again."""


class MongoDeliveries:
    """Implements the port Deliveries on the collections `deliveries` and `queues`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._deliveries = db[DELIVERIES]
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes: what is due, the end of an order's chain, the log, and its age."""
        pending = {"status": Status.PENDING.value}
        await self._deliveries.create_index(
            [("webhook_id", ASCENDING), ("due_at", ASCENDING), ("sequence", ASCENDING)],
            partialFilterExpression=pending,
        )
        await self._deliveries.create_index(
            [("order_id", ASCENDING), ("webhook_id", ASCENDING)], partialFilterExpression=pending
        )
        await self._deliveries.create_index(
            [
                ("webhook_id", ASCENDING),
                ("sequence", DESCENDING),
                ("status", ASCENDING),
                ("timestamp", ASCENDING),
            ]
        )
        await self._deliveries.create_index("created_at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def page(
        self, webhook_id: str, *, status: str | None, since: datetime | None, before: int | None, limit: int
    ) -> list[Delivery]:
        query: Document = {"webhook_id": webhook_id}
        if status is not None:
            query["status"] = status
        if since is not None:
            query["timestamp"] = {"$gte": since}
        if before is not None:
            query["sequence"] = {"$lt": before}
        found = self._deliveries.find(query).sort("sequence", DESCENDING).limit(limit)
        return [read_delivery(document) async for document in found]

    async def get(self, webhook_id: str, event_id: str) -> Delivery | None:
        found = await self._deliveries.find_one({"_id": delivery_id(webhook_id, event_id)})
        return read_delivery(found) if found is not None else None

    async def failing(self, webhook_ids: Collection[str]) -> Mapping[str, Failing]:
        found = self._db[QUEUES].find(
            {"_id": {"$in": list(webhook_ids)}}, {"failing_since": 1, "failures": 1}
        )
        return {document["_id"]: read_failing(document) async for document in found}

    async def replay(self, webhook: Webhook, event_id: str, key: str | None) -> None:
        event = await self._db[EVENTS].find_one({"_id": event_id, "owner_id": webhook.owner_id})
        if event is not None:
            await self._queue_again(
                webhook, [read_event(event)], Replay(event["timestamp"], None, missing=False, key=key)
            )

    async def replay_all(self, webhook: Webhook, replay: Replay) -> int:
        queued, last = 0, 0
        times: Document = {"$gte": replay.since, "$lt": replay.until or self._clock()}
        while True:
            query = {"owner_id": webhook.owner_id, "sequence": {"$gt": last}, "timestamp": times}
            found = self._db[EVENTS].find(query).sort("sequence").limit(MAX_BATCH)
            events = [read_event(document) async for document in found]
            if not events:
                return queued
            taken = [one for one in events if webhook.terms.take(one.event)]
            queued += await self._queue_again(webhook, taken, replay)
            last = events[-1].sequence

    async def _queue_again(self, webhook: Webhook, events: Sequence[NumberedEvent], replay: Replay) -> int:
        async def work(session: AsyncClientSession) -> int:
            ids = [delivery_id(webhook.webhook_id, one.event.event_id) for one in events]
            known = self._deliveries.find(
                {"_id": {"$in": ids}}, {"event_id": 1, "status": 1, "replay_key": 1}, session=session
            )
            before = {document["event_id"]: document async for document in known}
            again = [
                Queued(webhook.webhook_id, one, replay.key)
                for one in events
                if _is_wanted(before.get(one.event.event_id), replay)
            ]
            await enqueue(self._db, session, again, self._clock())
            return len(again)

        return await together(self._db, work)


def _is_wanted(before: Document | None, replay: Replay) -> bool:
    if before is None:
        return True
    if before["status"] == Status.PENDING or (replay.missing and before["status"] == Status.DELIVERED):
        return False
    return replay.key is None or before.get("replay_key") != replay.key
