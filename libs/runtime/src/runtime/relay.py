"""Carries outbox entries from a service's database to Kafka: at least once, in order for each aggregate.

One change stream over the whole database is the source; its resume token, stored after the broker's answer, says how far
the relay got. When the server no longer has the history (the relay was away for longer than the oplog reaches back), the
outboxes themselves are read through once, so nothing is lost even then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any

from runtime import telemetry
from runtime.changes import HistoryLost, operation_time, watch
from runtime.clock import Clock
from runtime.dependencies import is_away
from runtime.lease import Lease
from runtime.mongo import Database, Document
from runtime.outbox import FIELD, record_of
from runtime.publisher import Publisher

log = logging.getLogger(__name__)

POSITION = "outbox"
SAVE_EVERY_SECONDS = 0.5
"""A crash repeats at most what was published in this time; consumers bear repeats."""
LONGEST_PAUSE_SECONDS = 2.0


class Relay:
    """Publishes what the aggregates of `db` recorded. `collections` is a regular expression of their names."""

    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        clock: Clock,
        *,
        prefix: str,
        holder: str,
        collections: str = ".",
    ) -> None:
        self._db = db
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix
        self._collections = collections
        self._positions = db["relay"]
        self._lease = Lease(db, "relay", holder, clock)
        self._saved_at = 0.0

    async def prepare(self) -> None:
        """Fix where the very first run starts; call before anything is written."""
        start = {"$setOnInsert": {"start": await operation_time(self._db), "fence": 0}}
        await self._positions.update_one({"_id": POSITION}, start, upsert=True)

    async def run(self) -> None:
        """Relay for ever while this replica holds the lease; ends only by cancellation."""
        pause = 0.1
        while True:
            try:
                if not await self._lease.take():
                    await asyncio.sleep(self._lease.length.total_seconds() / 3)
                    continue
                await self._lead()
                pause = 0.1
            except asyncio.CancelledError:
                await self._step_down()
                raise
            except HistoryLost:
                log.warning("the change history does not reach back; reading all outboxes")
                await self._read_all()
            except Exception as fault:
                level = logging.WARNING if is_away(fault) else logging.ERROR
                log.log(level, "the relay was interrupted and goes on", exc_info=not is_away(fault))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _lead(self) -> None:
        position = await self._positions.find_one({"_id": POSITION}) or {}
        start: Document = (
            {"resume_after": position["token"]}
            if "token" in position
            else {"start_at_operation_time": position["start"]}
        )
        renewal = asyncio.create_task(self._keep_lease())
        try:
            async with aclosing(watch(self._db, self._pipeline(), start)) as groups:
                async for changes in groups:
                    if renewal.done():
                        return
                    await self._publish(entry for change in changes for entry in entries_of(change))
                    await self._save(changes[-1]["_id"])
        finally:
            renewal.cancel()

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._lease.length.total_seconds() / 3)
            if not await self._lease.take():
                return

    async def _publish(self, entries: Iterable[Document]) -> None:
        group = list(entries)
        if not group:
            return
        await self._publisher.publish([record_of(entry, self._prefix) for entry in group])
        now = self._clock()
        for entry in group:
            telemetry.relay_delay.record((now - entry["time"]).total_seconds())

    async def _save(self, token: Any) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._saved_at < SAVE_EVERY_SECONDS:
            return
        self._saved_at = now
        await self._positions.update_one(
            {"_id": POSITION, "fence": {"$lte": self._lease.fence}},
            {"$set": {"token": token, "fence": self._lease.fence}},
        )

    async def _read_all(self) -> None:
        start = await operation_time(self._db)
        async for entry in self._all_entries():
            await self._publish([entry])
        await self._positions.update_one(
            {"_id": POSITION}, {"$set": {"start": start}, "$unset": {"token": 1}}
        )

    async def _all_entries(self) -> AsyncIterator[Document]:
        for name in await self._db.list_collection_names(filter={"name": {"$regex": self._collections}}):
            async for document in self._db[name].find({FIELD: {"$exists": True}}, {FIELD: 1}):
                for _, entry in sorted(document[FIELD].items()):
                    yield entry

    async def _step_down(self) -> None:
        try:
            await self._lease.release()
        except Exception:
            log.warning("the relay's lease was not given back; it ends by itself")

    def _pipeline(self) -> list[Document]:
        return [
            {
                "$match": {
                    "operationType": {"$in": ["insert", "update"]},
                    "ns.coll": {"$regex": self._collections, "$nin": ["relay", "leases"]},
                }
            },
            {
                "$project": {
                    "operationType": 1,
                    f"fullDocument.{FIELD}": 1,
                    "updateDescription.updatedFields": 1,
                }
            },
        ]


def entries_of(change: Document) -> list[Document]:
    """The outbox entries that one change added, in the order in which they were recorded."""
    if change["operationType"] == "insert":
        slots = change.get("fullDocument", {}).get(FIELD, {})
        return [entry for _, entry in sorted(slots.items())]
    added: dict[str, Document] = {}
    for path, value in change["updateDescription"]["updatedFields"].items():
        if path == FIELD:
            added.update(value)
        elif path.startswith(FIELD + "."):
            added[path.removeprefix(FIELD + ".")] = value
    return [entry for _, entry in sorted(added.items())]
