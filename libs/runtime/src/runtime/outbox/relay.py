"""Publishes outbox entries from a service's database to Kafka: at least once, in order within each aggregate.

One replica of a service leads, by a lease. Three tasks run while it leads: `_follow_stream` polls a change stream over the
whole database and publishes what it finds; `_run_fast_path` publishes this process's own writes sooner; `_keep_lease` renews
the lease and saves the stream's position. When the server no longer has the history (the relay was down for longer than the
oplog reaches back), `_read_all` reads every outbox, so that nothing is lost even then. Decision and figures: ADR 1.
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
from runtime.clock import Clock
from runtime.errors import is_unavailable, redacted
from runtime.kafka.publisher import Publisher
from runtime.mongo.change_stream import MAX_CHANGES, HistoryLost, operation_time, poll
from runtime.mongo.client import CollectionFilter, Database, Document
from runtime.mongo.lease import Lease
from runtime.outbox.fast_path import FastPath
from runtime.outbox.recorder import OUTBOX_FIELD, Recorded, record_of, slots_in, version_of
from runtime.tasks import end

log = logging.getLogger(__name__)

POSITION = "outbox"
SAVE_INTERVAL_SECONDS = 2.0
"""A crash repeats what was published in about this time; consumers are idempotent."""
IDLE_SAVE_INTERVAL_SECONDS = 60.0
"""Saved when idle too: the writes of other databases push the token out of the oplog."""
MIN_BACKOFF_SECONDS = 0.1
MAX_BACKOFF_SECONDS = 2.0
MIN_POLL_SECONDS = 0.1
"""Between two polls while the stream carries changes: those of other replicas, and our own that missed the fast path."""
MAX_POLL_SECONDS = 1.0
"""The longest interval between polls of a quiet stream, so also the longest delay of another replica's first change."""


class _NotLeading(Exception):
    """This replica may no longer hold the lease."""


class Relay:
    """Publishes the outboxes of `collections` in `db`, while this replica holds the lease.

    `working` is False while the relay fails for another reason than an unavailable dependency.
    """

    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        clock: Clock,
        *,
        prefix: str,
        holder: str,
        collections: CollectionFilter,
    ) -> None:
        self.working = True
        self.fast_path = FastPath()
        self._db = db
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix
        self._collections = collections
        self._positions = db["relay"]
        self._lease = Lease(db, "relay", holder, clock)
        self._term_fence = 0
        self._token: Any = None
        self._position_unsaved = False
        self._publishing = asyncio.Lock()
        self._poll_interval = MIN_POLL_SECONDS
        self._backoff = MIN_BACKOFF_SECONDS

    async def prepare(self) -> None:
        """Fix where the very first run starts; call before anything is written."""
        initial = {"start": await operation_time(self._db), "fence": 0}
        await self._positions.update_one({"_id": POSITION}, {"$setOnInsert": initial}, upsert=True)

    async def run(self) -> None:
        """Publish for as long as this replica holds the lease; ends only by cancellation."""
        while True:
            try:
                if not await self._lease.acquire():
                    self.working = True
                    await asyncio.sleep(self._lease.length.total_seconds() / 3)
                    continue
                await self._lead()
            except asyncio.CancelledError:
                await self._step_down()
                raise
            except _NotLeading:
                log.warning("the relay lost its lease")
            except Exception as error:
                self.working = is_unavailable(error)
                level = logging.WARNING if self.working else logging.ERROR
                log.log(level, "the relay was interrupted and retries: %s", redacted(error))
                await asyncio.sleep(self._backoff)
                self._backoff = min(self._backoff * 2, MAX_BACKOFF_SECONDS)

    async def _lead(self) -> None:
        """Returns only after reading all outboxes; the next term follows the stream from there."""
        self._term_fence = self._lease.fence
        self._token, self._position_unsaved = None, False
        self.fast_path.enable()
        side_tasks = [asyncio.create_task(work) for work in (self._keep_lease(), self._run_fast_path())]
        try:
            await self._follow_stream()
        except HistoryLost as lost:
            log.warning("no change history to resume from; reading all outboxes", extra={"reason": str(lost)})
            async with self._publishing:
                self.fast_path.disable()  # while old entries are read, a new event must not overtake them
            await self._read_all()
        finally:
            await end(*side_tasks)
            self.fast_path.disable()

    async def _keep_lease(self) -> None:
        """Renew the lease, and keep the stored position close to what was published."""
        renewed_at = saved_at = time.monotonic()
        while True:
            await asyncio.sleep(SAVE_INTERVAL_SECONDS)
            with suppress(PyMongoError):
                if self._position_unsaved or time.monotonic() - saved_at > IDLE_SAVE_INTERVAL_SECONDS:
                    await self._save_position()
                    saved_at = time.monotonic()
                if time.monotonic() - renewed_at > self._lease.length.total_seconds() / 3:
                    await self._lease.acquire()
                    renewed_at = time.monotonic()

    async def _follow_stream(self) -> None:
        position = await self._positions.find_one({"_id": POSITION})
        if position is None:
            raise HistoryLost("no position is stored")
        resume_from: Document = (
            {"resume_after": position["token"]}
            if "token" in position
            else {"start_at_operation_time": position["start"]}
        )
        async with aclosing(
            poll(self._db, _pipeline(self._collections), resume_from, self._next_poll)
        ) as polls:
            async for polled in polls:
                recorded = [r for change in polled.changes if (r := recorded_in(change)) is not None]
                if polled.changes:
                    async with self._publishing:
                        unpublished = self.fast_path.take_unpublished(recorded)
                        await self._publish(unpublished)
                    self._position_unsaved = True
                    if unpublished:
                        self._poll_interval = MIN_POLL_SECONDS
                self._token = polled.token
                self.working, self._backoff = True, MIN_BACKOFF_SECONDS

    async def _next_poll(self, changes_found: int) -> None:
        """Wait for the interval, which backs off; a change that only the stream can carry ends the wait."""
        if changes_found == MAX_CHANGES:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_interval):
                await self.fast_path.stream_needed.wait()
        if self.fast_path.stream_needed.is_set():
            self.fast_path.stream_needed.clear()
            self._poll_interval = MIN_POLL_SECONDS
            await asyncio.sleep(MIN_POLL_SECONDS)  # several such changes share a poll
        else:
            self._poll_interval = min(self._poll_interval * 2, MAX_POLL_SECONDS)

    async def _run_fast_path(self) -> None:
        while True:
            await self.fast_path.pending.wait()
            async with self._publishing:
                try:
                    entries = self.fast_path.drain()
                    await self._publish(entries)
                    self.fast_path.confirm(entries)
                except Exception as error:  # the stream reaches the same entries, and the same error
                    log.debug("the fast path starts over", extra={"error": type(error).__name__})
                    self.fast_path.enable()

    async def _publish(self, entries: Sequence[Document]) -> None:
        if not self._lease.held or self._lease.fence != self._term_fence:
            raise _NotLeading
        if entries:
            await self._publisher.publish([record_of(entry, self._prefix) for entry in entries])
            oldest = min(entry["time"] for entry in entries)
            telemetry.relay_delay.record((self._clock() - oldest).total_seconds())
        self.working = True

    async def _save_position(self) -> None:
        token = self._token
        if token is None:
            return
        await self._store_position({"$set": {"token": token, "fence": self._term_fence}})
        if self._token is token:
            self._position_unsaved = False

    async def _store_position(self, change: Document) -> None:
        """Store a position, unless a later leader has stored one."""
        await self._positions.update_one({"_id": POSITION, "fence": {"$lte": self._term_fence}}, change)

    async def _read_all(self) -> None:
        await self.prepare()
        began_at = await operation_time(self._db)
        batch: list[Document] = []
        async for entry in self._all_entries():
            batch.append(entry)
            if len(batch) == MAX_CHANGES:
                await self._publish(batch)
                batch = []
        await self._publish(batch)
        await self._store_position(
            {"$set": {"start": began_at, "fence": self._term_fence}, "$unset": {"token": 1}}
        )

    async def _all_entries(self) -> AsyncIterator[Document]:
        for name in await self._db.list_collection_names(filter={"name": self._collections}):
            async for document in self._db[name].find({OUTBOX_FIELD: {"$exists": True}}, {OUTBOX_FIELD: 1}):
                for _, entry in sorted(document[OUTBOX_FIELD].items()):
                    yield entry

    async def _step_down(self) -> None:
        with suppress(PyMongoError):  # an unsaved position only means repeats
            await self._save_position()
        await self._lease.release()


def recorded_in(change: Document) -> Recorded | None:
    """What one change of the stream recorded, in order; None when it holds no outbox entry."""
    is_update = change["operationType"] == "update"
    slots = slots_in(
        change["updateDescription"]["updatedFields"] if is_update else change.get("fullDocument", {})
    )
    if not slots:
        return None
    first, last = (version_of(slot) for slot in (min(slots), max(slots)))
    entries = tuple(entry for _, entry in sorted(slots.items()))
    aggregate = (change["ns"]["coll"], str(change["documentKey"]["_id"]))
    return Recorded(aggregate, first - 1, last, entries)


def _pipeline(collections: CollectionFilter) -> list[Document]:
    return [
        {"$match": {"operationType": {"$in": ["insert", "replace", "update"]}, "ns.coll": collections}},
        {
            "$project": {
                "operationType": 1,
                "ns.coll": 1,
                "documentKey": 1,
                f"fullDocument.{OUTBOX_FIELD}": 1,
                "updateDescription.updatedFields": 1,
            }
        },
    ]
