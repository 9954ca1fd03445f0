"""Owners' events in MongoDB. Their numbers become visible in order, so that a number is a cursor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.batching import Batcher
from runtime.clock import Clock
from runtime.mongo.client import Database, Document
from webhooks.adapters.mongo_delivery_documents import Queued, enqueue, event_document, read_event
from webhooks.adapters.mongo_transactions import together
from webhooks.adapters.mongo_webhooks import MongoWebhooks
from webhooks.domain.owner_event import KEPT, NumberedEvent, OwnerEvent

EVENTS, COUNTERS = "events", "counters"
MARGIN = timedelta(days=1)
"""Events are kept longer than records are accepted, so that a repeat always finds the first one."""


class MongoEvents:
    """Implements the port OwnerEvents on the collections `events` and `counters`.

    One transaction holds events, numbers and deliveries. It writes the owner's counter, so transactions of one owner exclude each other,
    and no event becomes visible behind a reader's cursor. A process runs one transaction at a time, for all events that have arrived.
    """

    def __init__(self, db: Database, webhooks: MongoWebhooks, clock: Clock) -> None:
        self._db = db
        self._events = db[EVENTS]
        self._counters = db[COUNTERS]
        self._webhooks = webhooks
        self._clock = clock
        self._batches = Batcher[Sequence[OwnerEvent], None](self._record_all, interval=0)

    async def prepare(self) -> None:
        await self._events.create_index([("owner_id", ASCENDING), ("sequence", ASCENDING)], unique=True)
        await self._events.create_index("timestamp", expireAfterSeconds=int((KEPT + MARGIN).total_seconds()))

    async def record(self, events: Sequence[OwnerEvent]) -> None:
        if events:
            await self._batches(events)

    async def page(self, owner_id: str, after: int, limit: int) -> list[NumberedEvent]:
        found = self._events.find({"owner_id": owner_id, "sequence": {"$gt": after}}).sort("sequence")
        return [read_event(document) async for document in found.limit(limit)]

    async def last(self, owner_ids: Collection[str]) -> Mapping[str, int]:
        found = self._counters.find({"_id": {"$in": list(owner_ids)}})
        return {document["_id"]: document["last"] async for document in found}

    async def _record_all(self, batches: Sequence[Sequence[OwnerEvent]]) -> Sequence[None]:
        events = {event.event_id: event for batch in batches for event in batch}

        async def work(session: AsyncClientSession) -> None:
            await self._record(list(events.values()), session)

        await together(self._db, work)
        return [None] * len(batches)

    async def _record(self, events: Sequence[OwnerEvent], session: AsyncClientSession) -> None:
        known = self._events.find(
            {"_id": {"$in": [event.event_id for event in events]}}, {"_id": 1}, session=session
        )
        recorded = {document["_id"] async for document in known}
        new = [event for event in events if event.event_id not in recorded]
        if not new:
            return
        now = self._clock()
        numbered = await self._number(new, session)
        webhooks = await self._webhooks.enabled_of({event.owner_id for event in new}, session)
        await self._events.insert_many([event_document(one) for one in numbered], session=session)
        queued = [
            Queued(webhook.webhook_id, one)
            for one in numbered
            for webhook in webhooks.get(one.event.owner_id, ())
            if webhook.gets(one.event)
        ]
        await enqueue(self._db, session, queued, now)

    async def _number(self, events: Sequence[OwnerEvent], session: AsyncClientSession) -> list[NumberedEvent]:
        by_owner: dict[str, list[OwnerEvent]] = defaultdict(list)
        for event in events:
            by_owner[event.owner_id].append(event)
        numbered: list[NumberedEvent] = []
        for owner_id, own in sorted(by_owner.items()):
            counter: Document | None = await self._counters.find_one_and_update(
                {"_id": owner_id},
                {"$inc": {"last": len(own)}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if counter is None:
                raise RuntimeError("an upsert gave no document")
            first = counter["last"] - len(own) + 1
            numbered += [NumberedEvent(event, first + n) for n, event in enumerate(own)]
        return numbered
