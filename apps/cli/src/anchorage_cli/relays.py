"""What a service's relay has not published yet: the changes of its database after the position that it stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import Timestamp

from runtime.mongo.change_stream import MAX_CHANGES, HistoryLost, operation_time, poll
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import OUTBOX_FIELD, Recorded
from runtime.outbox.sources import recorded_in

POLL_PAUSE_SECONDS = 0.01
PATIENCE_SECONDS = 10.0
_TIME_IN_TOKEN = slice(2, 18)
"""A resume token starts with the type of a timestamp, one byte, and the timestamp: seconds and a number within them, as hexadecimal
digits."""


@dataclass(frozen=True, slots=True)
class RelayState:
    """A relay: whether a process leads it, since when its oldest change waits (None: all is published), and how many aggregates are
    set aside. The position is stored every two seconds, so what was just published may still count. `lost` says that its position is
    older than the database's history: it reads all outboxes then."""

    service: str
    led: bool
    waiting_since: datetime | None
    set_aside: int
    lost: bool = False


async def relay_state(db: Database, service: str) -> RelayState | None:
    """None for a service that has no relay, or was never started."""
    position = await db["relay"].find_one({"_id": "outbox"})
    if position is None:
        return None
    led = await db["leases"].count_documents({"_id": "relay", "$expr": {"$gt": ["$until", "$$NOW"]}}) > 0
    set_aside = await db["set_aside"].count_documents({})
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async with aclosing(unpublished(db, position, await operation_time(db))) as waiting:
                first = await anext(waiting, None)
    except HistoryLost:
        return RelayState(service, led, None, set_aside, lost=True)
    return RelayState(service, led, first[0].as_datetime() if first is not None else None, set_aside)


async def unpublished(
    db: Database, position: Document, until: Timestamp
) -> AsyncGenerator[tuple[Timestamp, Recorded], None]:
    """The recorded changes after a relay's position, up to and including the moment `until`. Raises HistoryLost."""
    start: Document = (
        {"resume_after": position["token"]}
        if "token" in position
        else {"start_at_operation_time": position["start"]}
    )
    async with aclosing(poll(db, _PIPELINE, start, _pause)) as polls:
        async for polled in polls:
            for change in polled.changes:
                if change["clusterTime"] > until:
                    return
                recorded = recorded_in(change)
                if recorded is not None:
                    yield change["clusterTime"], recorded
            if time_in(polled.token) >= until:
                return


def time_in(token: Any) -> Timestamp:
    """The cluster time in a resume token."""
    digits = str(token["_data"])[_TIME_IN_TOKEN]
    return Timestamp(int(digits[:8], 16), int(digits[8:], 16))


async def _pause(found: int) -> None:
    if found < MAX_CHANGES:
        await asyncio.sleep(POLL_PAUSE_SECONDS)


_PIPELINE: list[Document] = [
    {"$match": {"operationType": {"$in": ["insert", "replace", "update"]}}},
    {
        "$project": {
            "operationType": 1,
            "ns.coll": 1,
            "documentKey": 1,
            "clusterTime": 1,
            f"fullDocument.{OUTBOX_FIELD}": 1,
            "updateDescription.updatedFields": 1,
        }
    },
]
"""All collections: which of them have outboxes is the service's matter, and what has none is passed over."""
