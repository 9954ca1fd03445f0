"""Keeps a replica's shelf right: one load at the start, then the change stream of the catalog's own database.

A page is as old as the change stream takes (milliseconds); a replica's own writes show at once. When the stream is
interrupted, pages go on from memory, `age` says for how long, and the stream goes on from where it was.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from pymongo.errors import PyMongoError

from catalog.pages.levels import ChangedLevels
from catalog.pages.shelf import Shelf
from runtime.errors import is_unavailable
from runtime.mongo.change_stream import HistoryLost, at_interval, operation_time, poll
from runtime.mongo.client import Database, Document

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 0.2
"""How late a page may show a change."""
PAUSE_SECONDS = 0.2
WHOLE = ("mini_programs", "products", "videos")
LEVEL = {"product_id": 1, "mini_program_id": 1, "available": 1, "version": 1}
_SOLD_ONLY = {
    "ns.coll": "stock",
    "operationType": "update",
    "updateDescription.updatedFields.available": {"$exists": False},
}
PIPELINE: list[Document] = [
    {
        "$match": {
            "ns.coll": {"$in": [*WHOLE, "stock"]},
            "operationType": {"$in": ["insert", "update"]},
            "$nor": [_SOLD_ONLY],
        }
    },
    {
        "$project": {
            "ns.coll": 1,
            "documentKey": 1,
            **{f"fullDocument.{name}": 1 for name in LEVEL},
            "updateDescription.updatedFields.available": 1,
            "updateDescription.updatedFields.version": 1,
        }
    },
]
"""Of stock the numbers themselves; of the rest only that it changed, since it is read again whole."""


class Follower:
    """Fills the shelf and keeps it filled; marks the levels that are to be published."""

    def __init__(
        self, db: Database, shelf: Shelf, levels: ChangedLevels, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._shelf = shelf
        self._levels = levels
        self._now = now
        self._following = False
        self._right_until = float("-inf")

    @property
    def age(self) -> float:
        """For how many seconds the shelf may have missed changes: 0 while it follows, infinite before it is loaded."""
        return 0.0 if self._following else self._now() - self._right_until

    async def load(self) -> None:
        """Read everything. The stream starts before it, where levels were last published: what changed since is marked."""
        stored = await self._levels.stored_position()
        self._levels.position = stored or {"start_at_operation_time": await operation_time(self._db)}
        await self._read_all()
        self._right_until = self._now()

    async def _read_all(self) -> None:
        for name in WHOLE:
            async for document in self._db[name].find({}, {"outbox": 0}):
                self._shelf.put(name, document)
        async for document in self._db["stock"].find({}, LEVEL):
            self._shelf.put("stock", document)

    async def run(self) -> None:
        """Follow the stream for ever, through interruptions."""
        while True:
            try:
                await self._follow()
            except HistoryLost:
                log.warning("the change history does not reach back; everything is read again")
                self._levels.position = {"start_at_operation_time": await operation_time(self._db)}
                await self._read_all()
                self._levels.mark(self._shelf.levels)
            except PyMongoError as fault:
                if not is_unavailable(fault):
                    raise
                log.warning("pages are not kept right for the moment", extra={"fault": type(fault).__name__})
                await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self) -> None:
        await operation_time(self._db)  # asks whether the database is there: an open stream does not say so
        try:
            async with aclosing(
                poll(self._db, PIPELINE, self._levels.position, at_interval(POLL_INTERVAL_SECONDS))
            ) as polls:
                self._following = True
                async for found in polls:
                    await self._apply(found.changes)
                    self._levels.position = {"resume_after": found.token}
        finally:
            if self._following:
                self._following, self._right_until = False, self._now()

    async def _apply(self, changes: list[Document]) -> None:
        whole: defaultdict[str, set[str]] = defaultdict(set)
        for change in changes:
            collection, identifier = change["ns"]["coll"], change["documentKey"]["_id"]
            if collection == "stock":
                fields: dict[str, Any] = (
                    change.get("fullDocument") or change["updateDescription"]["updatedFields"]
                )
                self._shelf.put_level({**fields, "_id": identifier})
                self._levels.mark((identifier,))
            else:
                whole[collection].add(identifier)
        for collection, identifiers in whole.items():
            async for document in self._db[collection].find(
                {"_id": {"$in": list(identifiers)}}, {"outbox": 0}
            ):
                self._shelf.put(collection, document)
