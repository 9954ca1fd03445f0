"""Carries outbox entries from a service's database to Kafka: at least once, in order for each aggregate.

One change stream over the whole database is the source; its resume token, stored after the broker's answer, says how far
the relay got. What this process wrote itself goes ahead of it (`ahead`). When the server no longer has the history (the relay was away for longer than the oplog reaches back), the
outboxes themselves are read through once, so nothing is lost even then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, suppress
from typing import Any

from pymongo.errors import PyMongoError

from runtime import telemetry
from runtime.ahead import Ahead
from runtime.changes import GATHER, HistoryLost, operation_time, watch
from runtime.clock import Clock
from runtime.dependencies import is_away
from runtime.faults import describe
from runtime.lease import Lease
from runtime.mongo import Database, Document, Names
from runtime.outbox import FIELD, Recorded, record_of, slots_in, version_of
from runtime.publisher import Publisher
from runtime.tasks import end

log = logging.getLogger(__name__)

POSITION = "outbox"
SAVE_EVERY_SECONDS = 2.0
"""A crash repeats what was published in about this time; consumers bear repeats."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
SAVE_IDLE_SECONDS = 60.0
"""The position moves on while this service rests and others fill the oplog, so that its history is not gone at a restart."""
LOOK_SECONDS = 0.25
"""How late what another replica recorded may be seen."""
LOOK_ALONE_SECONDS = 1.0
"""The same while no other replica is known of, which is learned within a lease's renewal: what this one records goes ahead."""
BEHIND_SECONDS = 0.1
"""What only the stream can carry has so long for company."""
BEHIND_LOOKS = 3
"""How often it is looked for: an acknowledged write is visible in the server's log a moment later, not always at once."""


class _NotLeading(Exception):
    """Another replica leads, or may do so."""


class Relay:
    """Publishes what the aggregates of `db` recorded. `collections` says which are looked at.

    `working` is False while the relay fails for another reason than a dependency that is away.
    """

    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        clock: Clock,
        *,
        prefix: str,
        holder: str,
        collections: Names,
    ) -> None:
        self.working = True
        self._db = db
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix
        self._collections = collections
        self._positions = db["relay"]
        self._lease = Lease(db, "relay", holder, clock)
        self._term = 0
        self._token: Any = None
        self._moved = False
        self._turn = asyncio.Lock()
        self._looks_owed = 0
        self.ahead = Ahead()

    async def prepare(self) -> None:
        """Fix where the very first run starts; call before anything is written."""
        start = {"$setOnInsert": {"start": await operation_time(self._db), "fence": 0}}
        await self._positions.update_one({"_id": POSITION}, start, upsert=True)

    async def run(self) -> None:
        """Relay for ever while this replica holds the lease; ends only by cancellation."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                if not await self._lease.take():
                    await asyncio.sleep(self._lease.length.total_seconds() / 3)
                    continue
                await self._lead()
                pause = FIRST_PAUSE_SECONDS
            except asyncio.CancelledError:
                await self._step_down()
                raise
            except _NotLeading:
                log.warning("the relay lost its lease")
            except Exception as fault:
                self.working = is_away(fault)
                level = logging.WARNING if self.working else logging.ERROR
                log.log(level, "the relay was interrupted and goes on: %s", describe(fault))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _lead(self) -> None:
        self._term = self._lease.fence
        self._token, self._moved = None, False
        self.ahead.begin()
        beside = [asyncio.create_task(work) for work in (self._tend(), self._go_ahead())]
        try:
            await self._follow()
        except HistoryLost as lost:
            log.warning("no change history to go on from; reading all outboxes", extra={"reason": str(lost)})
            async with self._turn:
                self.ahead.end()  # or the newest of an aggregate would come out between its older ones
            await self._read_all()
        finally:
            await end(*beside)
            self.ahead.end()

    async def _tend(self) -> None:
        """Keep the lease ours and the stored position near what was published."""
        renewed_at = saved_at = time.monotonic()
        while True:
            await asyncio.sleep(SAVE_EVERY_SECONDS)
            with suppress(PyMongoError):
                if self._moved or time.monotonic() - saved_at > SAVE_IDLE_SECONDS:
                    await self._save()
                    saved_at = time.monotonic()
                if time.monotonic() - renewed_at > self._lease.length.total_seconds() / 3:
                    await self._lease.take()
                    renewed_at = time.monotonic()

    async def _follow(self) -> None:
        position = await self._positions.find_one({"_id": POSITION})
        if position is None:
            raise HistoryLost("no position is stored")
        start: Document = (
            {"resume_after": position["token"]}
            if "token" in position
            else {"start_at_operation_time": position["start"]}
        )
        async with aclosing(watch(self._db, self._pipeline(), start, self._next_look)) as looks:
            async for look in looks:
                told = [recorded for change in look.changes if (recorded := recorded_in(change))]
                if look.changes:
                    async with self._turn:
                        await self._publish(self.ahead.left(told))
                    self._moved = True
                self._token = look.token

    async def _next_look(self, found: int) -> None:
        if found == GATHER:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS if self._lease.sought else LOOK_ALONE_SECONDS):
                if not self._looks_owed:
                    await self.ahead.behind.wait()
                await asyncio.sleep(BEHIND_SECONDS)
        if self.ahead.behind.is_set():
            self.ahead.behind.clear()
            self._looks_owed = BEHIND_LOOKS
        self._looks_owed = max(0, self._looks_owed - 1)

    async def _go_ahead(self) -> None:
        while True:
            await self.ahead.waiting.wait()
            async with self._turn:
                try:
                    entries = self.ahead.next()
                    await self._publish(entries)
                    self.ahead.gone(entries)
                except Exception as fault:  # the stream comes to the same entries, and to what is wrong
                    log.debug("nothing goes ahead for now", extra={"fault": type(fault).__name__})
                    self.ahead.begin()

    async def _publish(self, entries: Sequence[Document]) -> None:
        if not self._lease.held or self._lease.fence != self._term:
            raise _NotLeading
        if entries:
            await self._publisher.publish([record_of(entry, self._prefix) for entry in entries])
            oldest = min(entry["time"] for entry in entries)
            telemetry.relay_delay.record((self._clock() - oldest).total_seconds())
        self.working = True

    async def _save(self) -> None:
        token = self._token
        if token is None:
            return
        await self._move_to({"$set": {"token": token, "fence": self._term}})
        if self._token is token:
            self._moved = False

    async def _move_to(self, change: Document) -> None:
        """Store a position, unless a later leader has stored one."""
        await self._positions.update_one({"_id": POSITION, "fence": {"$lte": self._term}}, change)

    async def _read_all(self) -> None:
        await self.prepare()
        start = await operation_time(self._db)
        group: list[Document] = []
        async for entry in self._all_entries():
            group.append(entry)
            if len(group) == GATHER:
                await self._publish(group)
                group = []
        await self._publish(group)
        await self._move_to({"$set": {"start": start, "fence": self._term}, "$unset": {"token": 1}})

    async def _all_entries(self) -> AsyncIterator[Document]:
        for name in await self._db.list_collection_names(filter={"name": self._collections}):
            async for document in self._db[name].find({FIELD: {"$exists": True}}, {FIELD: 1}):
                for _, entry in sorted(document[FIELD].items()):
                    yield entry

    async def _step_down(self) -> None:
        with suppress(PyMongoError):  # what is not saved is repeated
            await self._save()
        await self._lease.release()

    def _pipeline(self) -> list[Document]:
        return [
            {
                "$match": {
                    "operationType": {"$in": ["insert", "replace", "update"]},
                    "ns.coll": self._collections,
                }
            },
            {
                "$project": {
                    "operationType": 1,
                    "documentKey": 1,
                    f"fullDocument.{FIELD}": 1,
                    "updateDescription.updatedFields": 1,
                }
            },
        ]


def recorded_in(change: Document) -> Recorded | None:
    """What one change of the stream recorded, in order; None when it told nothing."""
    is_update = change["operationType"] == "update"
    slots = slots_in(
        change["updateDescription"]["updatedFields"] if is_update else change.get("fullDocument", {})
    )
    if not slots:
        return None
    first, last = (version_of(slot) for slot in (min(slots), max(slots)))
    entries = tuple(entry for _, entry in sorted(slots.items()))
    return Recorded(str(change["documentKey"]["_id"]), first - 1, last, entries)
