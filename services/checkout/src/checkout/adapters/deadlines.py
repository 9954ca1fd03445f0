"""When orders must be paid: one collection for all mini programs, so that finding what is due is one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import LRUCache
from pymongo import DeleteMany, UpdateMany

from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

AT_ONCE = 200
SECOND = timedelta(seconds=1)
LATE = timedelta(minutes=2)
"""Longer than the insert of an order can be under way (the driver's time-outs), so than it can be stored after it was due."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The orders of one mini program that were placed within one second, from `placed_at` on, and must be paid by
    `expires_at`. `is_last` tells that no more of them can come to be."""

    deadline_id: str
    mini_program_id: str
    placed_at: datetime
    expires_at: datetime
    is_last: bool


class Deadlines:
    """Deadlines of whole seconds: of the orders that come within one, only the first costs a write."""

    def __init__(self, db: Database) -> None:
        self._deadlines = db["deadlines"]
        self._stored = LRUCache[str, bool](2_000)

    async def prepare(self) -> None:
        """Indexes."""
        await self._deadlines.create_index("look_at")

    async def remember(self, orders: Sequence[Document]) -> None:
        """When each of these must be paid. Comes before they are stored: a deadline of orders that then are not stored is
        nobody's, and goes when it is due; an order without its deadline would hold stock for ever."""
        wanted = {entry["_id"]: entry for entry in map(_entry, orders)}
        new = [entry for deadline_id, entry in wanted.items() if not self._stored.get(deadline_id)]
        await insert_new(self._deadlines, new)
        for entry in new:
            self._stored[entry["_id"]] = True

    async def due(self, now: datetime) -> list[Deadline]:
        """The earliest that have passed and are to be looked at, AT_ONCE at most."""
        found = self._deadlines.find({"look_at": {"$lte": now}}).sort("look_at").limit(AT_ONCE)
        return [_deadline(document) async for document in found]

    async def dealt_with(self, deadlines: Sequence[Deadline], now: datetime) -> None:
        """Their orders were closed. Each is looked at once more, for orders that are stored late, and then dropped."""
        again = [deadline.deadline_id for deadline in deadlines if not deadline.is_last]
        over = [deadline.deadline_id for deadline in deadlines if deadline.is_last]
        await self._deadlines.bulk_write(
            [
                UpdateMany({"_id": {"$in": again}}, {"$set": {"look_at": now + LATE, "is_last": True}}),
                DeleteMany({"_id": {"$in": over}}),
            ],
            ordered=False,
        )
        for deadline_id in over:
            self._stored.pop(deadline_id, None)  # should a clock be set back, it is needed again


def _entry(order: Document) -> Document:
    mini_program_id, due = order["mini_program_id"], order["expires_at"]
    placed = order["placed_at"].replace(microsecond=0)
    return {
        "_id": f"{mini_program_id}_{placed:%Y%m%dT%H%M%SZ}_{due:%Y%m%dT%H%M%SZ}",
        "mini_program_id": mini_program_id,
        "placed_at": placed,
        "expires_at": due,
        "look_at": due,
        "is_last": False,
    }


def _deadline(document: Document) -> Deadline:
    return Deadline(
        document["_id"], document["mini_program_id"], document["placed_at"], document["expires_at"], document["is_last"]
    )  # fmt: skip
