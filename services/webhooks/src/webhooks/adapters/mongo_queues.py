"""The work of the senders in MongoDB: one document for each webhook, leased to one sender at a time by the database's clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.mongo.client import Database, Document
from webhooks.adapters.mongo_delivery_documents import (
    DELIVERIES,
    QUEUES,
    attempt_document,
    delivery_id,
    read_event,
)
from webhooks.adapters.mongo_events import EVENTS
from webhooks.adapters.mongo_transactions import together
from webhooks.application.ports import Claimed
from webhooks.domain.delivery import KEPT_ATTEMPTS, Attempt, DueDelivery, Failing, Status

LEASE = timedelta(seconds=20)
"""Longer than one call of a receiver. After this time another sender takes over from one that was killed."""
NEVER = datetime.min.replace(tzinfo=UTC)
_END = {"$add": ["$$NOW", int(LEASE / timedelta(milliseconds=1))]}


class MongoQueues:
    """Implements the port Queues on the collections `queues` and `deliveries`. `holder` is this process."""

    def __init__(self, db: Database, holder: str) -> None:
        self._db = db
        self._queues = db[QUEUES]
        self._deliveries = db[DELIVERIES]
        self._holder = holder

    async def prepare(self) -> None:
        await self._queues.create_index([("due_at", ASCENDING)], sparse=True)

    async def claim(self, now: datetime, limit: int) -> list[Claimed]:
        query = {"due_at": {"$lte": now}, "leased_until": {"$not": {"$gt": now}}}
        found = self._queues.find(query, {"_id": 1}).sort("due_at").limit(limit)
        ids = [document["_id"] async for document in found]
        if not ids:
            return []
        is_free = {"$lte": [{"$ifNull": ["$leased_until", NEVER]}, "$$NOW"]}
        await self._queues.update_many(
            {"_id": {"$in": ids}, "$expr": is_free},
            [{"$set": {"leased_by": self._holder, "leased_until": _END}}],
        )
        return [
            _claimed(d) async for d in self._queues.find({"_id": {"$in": ids}, "leased_by": self._holder})
        ]

    async def renew(self, webhook_ids: Collection[str]) -> set[str]:
        ours = {"_id": {"$in": list(webhook_ids)}, "leased_by": self._holder}
        await self._queues.update_many(ours, [{"$set": {"leased_until": _END}}])
        return {document["_id"] async for document in self._queues.find(ours, {"_id": 1})}

    async def due(
        self, webhook_id: str, now: datetime, limit: int, excluded: Collection[str]
    ) -> list[DueDelivery]:
        wanted: Document = {"webhook_id": webhook_id, "status": Status.PENDING, "due_at": {"$lte": now}}
        if excluded:
            wanted["event_id"] = {"$nin": list(excluded)}
        found = await self._deliveries.aggregate(
            [
                {"$match": wanted},
                {"$sort": {"due_at": 1, "sequence": 1}},
                {"$limit": limit},
                {"$project": {"tries": 1, "made": 1, "event_id": 1}},
                {
                    "$lookup": {
                        "from": EVENTS,
                        "localField": "event_id",
                        "foreignField": "_id",
                        "as": "events",
                    }
                },
            ]
        )
        due = []
        async for document in found:
            if document["events"]:
                event = read_event(document["events"][0]).event
                due.append(DueDelivery(event, document["tries"], document["made"] == 0))
            else:  # its event is older than events are kept
                await self._end(document["_id"], Status.EXHAUSTED, {})
        return due

    async def release(self, claimed: Claimed, now: datetime) -> Claimed | None:
        pending = {"webhook_id": claimed.webhook_id, "status": Status.PENDING, "due_at": {"$ne": None}}
        following = await self._deliveries.find_one(pending, {"due_at": 1}, sort=[("due_at", ASCENDING)])
        if following is None or following["due_at"] > now:
            free: Document = {"$set": {"leased_until": NEVER}, "$unset": {"due_at": ""}}
            if following is not None:
                free = {"$set": {"leased_until": NEVER, "due_at": following["due_at"]}}
            as_claimed = {"_id": claimed.webhook_id, "leased_by": self._holder, "changes": claimed.changes}
            if (await self._queues.update_one(as_claimed, free)).matched_count:
                return None
        found = await self._queues.find_one({"_id": claimed.webhook_id, "leased_by": self._holder})
        return _claimed(found) if found is not None else None

    async def succeeded(self, webhook_id: str, event_id: str, attempt: Attempt) -> None:
        await self._end(delivery_id(webhook_id, event_id), Status.DELIVERED, _tried(attempt))

    async def failed(
        self, webhook_id: str, event_id: str, attempt: Attempt, due_at: datetime | None
    ) -> Failing:
        key = delivery_id(webhook_id, event_id)
        if due_at is None:
            await self._end(key, Status.EXHAUSTED, _tried(attempt))
        else:
            again = _tried(attempt) | {"$set": {"due_at": due_at}}
            await self._deliveries.update_one({"_id": key, "status": Status.PENDING}, again)
        counted = {
            "failing_since": {"$ifNull": ["$failing_since", attempt.at]},
            "failures": {"$add": [{"$ifNull": ["$failures", 0]}, 1]},
        }
        queue = await self._queues.find_one_and_update(
            {"_id": webhook_id}, [{"$set": counted}], return_document=ReturnDocument.AFTER
        )
        return read_failing(queue or {})

    async def recovered(self, webhook_id: str) -> None:
        await self._queues.update_one({"_id": webhook_id}, {"$unset": {"failing_since": "", "failures": ""}})

    async def end(self, webhook_id: str, status: str) -> None:
        ended = {"$set": {"status": status, "due_at": None, "next": None}}
        await self._deliveries.update_many({"webhook_id": webhook_id, "status": Status.PENDING}, ended)

    async def _end(self, key: str, status: Status, tried: Document) -> None:
        """End a pending delivery. One that another waits for ends in one transaction with the other becoming due."""
        ended = tried | {"$set": {"status": status, "due_at": None}}
        pending = {"_id": key, "status": Status.PENDING}
        if (await self._deliveries.update_one(pending | {"next": None}, ended)).matched_count:
            return

        async def both(session: AsyncClientSession) -> None:
            before = await self._deliveries.find_one_and_update(
                pending, tried | {"$set": {"status": status, "due_at": None, "next": None}}, session=session
            )
            if before is not None and before["next"] is not None:
                following = {"_id": before["next"], "status": Status.PENDING}
                await self._deliveries.update_one(following, [{"$set": {"due_at": "$$NOW"}}], session=session)

        await together(self._db, both)


def _tried(attempt: Attempt) -> Document:
    log = {"$each": [attempt_document(attempt)], "$slice": -KEPT_ATTEMPTS}
    return {"$push": {"attempts": log}, "$inc": {"tries": 1, "made": 1}}


def _claimed(d: Document) -> Claimed:
    return Claimed(d["_id"], d["changes"], d.get("failing_since") is not None)


def read_failing(d: Document) -> Failing:
    """The failures that a queue counts."""
    return Failing(d.get("failing_since"), d.get("failures", 0))
