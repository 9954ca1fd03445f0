"""Deliveries as documents, and how they are queued.

The deliveries of one order to one webhook are a chain: each pending one names the `next`, and only the first has a `due_at`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.mongo.client import Database, Document
from webhooks.domain.delivery import Attempt, Delivery, Status
from webhooks.domain.owner_event import NumberedEvent, OwnerEvent

DELIVERIES, QUEUES = "deliveries", "queues"


@dataclass(frozen=True, slots=True)
class Queued:
    """An event to send to a webhook; `key` is that of the replay that asked for it."""

    webhook_id: str
    event: NumberedEvent
    key: str | None = None


def delivery_id(webhook_id: str, event_id: str) -> str:
    return f"{webhook_id}:{event_id}"


async def enqueue(db: Database, session: AsyncClientSession, queued: Sequence[Queued], now: datetime) -> None:
    """Queue these deliveries in this order, behind those of the same orders that are pending.

    The transaction writes the pending delivery before each new one. So it conflicts with that delivery's end, and none waits for a
    delivery that has ended.
    """
    if not queued:
        return
    last = await _ends_of_chains(db, session, queued)
    writes: list[UpdateOne] = []
    for one in queued:
        chain, key = (
            (one.webhook_id, one.event.event.order_id),
            delivery_id(one.webhook_id, one.event.event.event_id),
        )
        before = last.get(chain) if chain[1] is not None else None
        writes.append(UpdateOne({"_id": key}, _queueing(one, now, waits=before is not None), upsert=True))
        if before is not None:
            writes.append(UpdateOne({"_id": before}, {"$set": {"next": key}}))
        last[chain] = key
    await db[DELIVERIES].bulk_write(writes, session=session)
    bump = {"$set": {"due_at": now}, "$inc": {"changes": 1}}
    webhook_ids = dict.fromkeys(one.webhook_id for one in queued)
    await db[QUEUES].bulk_write(
        [UpdateOne({"_id": webhook_id}, bump, upsert=True) for webhook_id in webhook_ids], session=session
    )


async def _ends_of_chains(
    db: Database, session: AsyncClientSession, queued: Sequence[Queued]
) -> dict[tuple[str, str | None], str]:
    """The last pending delivery of each order to each webhook."""
    orders = {one.event.event.order_id for one in queued} - {None}
    if not orders:
        return {}
    found = db[DELIVERIES].find(
        {
            "order_id": {"$in": list(orders)},
            "webhook_id": {"$in": list({one.webhook_id for one in queued})},
            "status": Status.PENDING,
            "next": None,
        },
        {"webhook_id": 1, "order_id": 1},
        session=session,
    )
    return {(d["webhook_id"], d["order_id"]): d["_id"] async for d in found}


def _queueing(one: Queued, now: datetime, *, waits: bool) -> Document:
    event = one.event.event
    fixed = {
        "webhook_id": one.webhook_id,
        "event_id": event.event_id,
        "type": event.type,
        "timestamp": event.timestamp,
        "sequence": one.event.sequence,
        "order_id": event.order_id,
        "attempts": [],
        "made": 0,
        "created_at": now,
    }
    state = {"status": Status.PENDING, "tries": 0, "due_at": None if waits else now, "next": None}
    return {"$set": state | ({"replay_key": one.key} if one.key else {}), "$setOnInsert": fixed}


def attempt_document(attempt: Attempt) -> Document:
    pause = attempt.retry_after
    return {
        "at": attempt.at,
        "milliseconds": attempt.milliseconds,
        "status": attempt.status,
        "answer": attempt.answer,
        "error": attempt.error,
        "retry_after": pause.total_seconds() if pause is not None else None,
    }


def _read_attempt(d: Document) -> Attempt:
    pause = d["retry_after"]
    return Attempt(
        d["at"], d["milliseconds"], d["status"], d["answer"], d["error"],
        timedelta(seconds=pause) if pause is not None else None,
    )  # fmt: skip


def read_delivery(d: Document) -> Delivery:
    return Delivery(
        webhook_id=d["webhook_id"],
        event_id=d["event_id"],
        type=d["type"],
        sequence=d["sequence"],
        timestamp=d["timestamp"],
        order_id=d["order_id"],
        status=Status(d["status"]),
        made=d["made"],
        due_at=d["due_at"],
        attempts=tuple(map(_read_attempt, d["attempts"])),
    )


def event_document(numbered: NumberedEvent) -> Document:
    event = numbered.event
    return {
        "_id": event.event_id,
        "owner_id": event.owner_id,
        "mini_program_id": event.mini_program_id,
        "type": event.type,
        "timestamp": event.timestamp,
        "body": event.body,
        "order_id": event.order_id,
        "sequence": numbered.sequence,
        "recorded_at": event.recorded_at,
    }


def read_event(d: Document) -> NumberedEvent:
    event = OwnerEvent(
        d["_id"], d["owner_id"], d["mini_program_id"], d["type"], d["timestamp"], bytes(d["body"]), d["recorded_at"], d["order_id"]
    )  # fmt: skip
    return NumberedEvent(event, d["sequence"])
