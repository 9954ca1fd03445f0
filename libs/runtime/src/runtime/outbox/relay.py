"""Publishes outbox entries from a service's database to Kafka: at least once, in order within each aggregate.

One replica of a service leads, by a lease. Four tasks run while it leads: `_follow_stream` polls a change stream over the
whole database and publishes what it finds; `_run_fast_path` publishes this process's own writes sooner; `_keep_lease` renews
the lease and saves the stream's position; `_retry_set_aside` tries again what could not be published. When the server no longer has the history (the relay was down for longer than the
oplog reaches back), `_read_all` reads every outbox, so that nothing is lost even then. Decision and figures: ADR 1.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any

from pymongo.errors import PyMongoError

from runtime.clock import Clock
from runtime.errors import is_unavailable, needs_operator, redacted
from runtime.kafka.publisher import Publisher
from runtime.mongo.change_stream import MAX_CHANGES, HistoryLost, operation_time, poll
from runtime.mongo.client import CollectionFilter, Database, Document
from runtime.mongo.lease import Lease
from runtime.outbox.fast_path import FastPath
from runtime.outbox.recorder import Recorded
from runtime.outbox.sender import Sender
from runtime.outbox.sources import all_recorded, pipeline, recorded_in
from runtime.tasks import end, to_the_end

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
RETRY_INTERVAL_SECONDS = 60.0
"""Between two tries to publish what is set aside."""
MAX_IDLE_SECONDS = 30.0
"""After this long without progress the relay is stuck, if its dependencies answer."""
STEP_DOWN_SECONDS = 5.0
"""How long giving up the lease may take; it runs out by itself."""


class _NotLeading(Exception):
    """This replica may no longer hold the lease."""


class Relay:
    """Publishes the outboxes of `collections` in `db`, while this replica holds the lease.

    `working` is False while the relay fails in a way that waiting does not cure.
    """

    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        clock: Clock,
        *,
        prefix: str,
        holder: str,
        collections: Sequence[CollectionFilter],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.working = True
        self.fast_path = FastPath()
        self._db = db
        self._publisher = publisher
        self._clock = clock
        self._collections = collections
        self._positions = db["relay"]
        self._monotonic = monotonic
        self._lease = Lease(db, "relay", holder, monotonic=monotonic)
        self._sender = Sender(db, publisher, clock, prefix=prefix, may_send=self._check_leading)
        self._progressed_at = monotonic()
        self._term_fence = 0
        self._token: Any = None
        self._position_unsaved = False
        self._publishing = asyncio.Lock()
        self._poll_interval = MIN_POLL_SECONDS
        self._backoff = MIN_BACKOFF_SECONDS

    @property
    def idle_seconds(self) -> float:
        """Since it last published what it had read, found nothing to publish, or saw another replica lead."""
        return self._monotonic() - self._progressed_at

    @property
    def oldest_unpublished_seconds(self) -> float:
        """Age of the oldest event that is being published, 0 at rest."""
        oldest = self._sender.oldest_unpublished
        return max(0.0, (self._clock() - oldest).total_seconds()) if oldest is not None else 0.0

    async def stuck(self) -> bool:
        """Whether it makes no progress although Kafka and MongoDB answer; a restart may help."""
        if self.idle_seconds < MAX_IDLE_SECONDS or not await self._publisher.responds():
            return False
        try:
            await asyncio.wait_for(self._db.command("ping"), 1)
        except (PyMongoError, TimeoutError):
            return False
        return True

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
                    self._progressed()
                    self._sender.stand_by()
                    await asyncio.sleep(self._lease.length.total_seconds() / 3)
                    continue
                await self._lead()
            except asyncio.CancelledError:
                await to_the_end(self._step_down())
                raise
            except _NotLeading:
                log.warning("the relay lost its lease")
            except Exception as error:
                self.working = is_unavailable(error) and not needs_operator(error)
                level = logging.WARNING if self.working else logging.ERROR
                log.log(level, "the relay was interrupted and retries: %s", redacted(error))
                await asyncio.sleep(self._backoff)
                self._backoff = min(self._backoff * 2, MAX_BACKOFF_SECONDS)

    async def _lead(self) -> None:
        """Returns only after reading all outboxes; the next term follows the stream from there."""
        self._term_fence = self._lease.fence
        self._token, self._position_unsaved = None, False
        await self._sender.set_aside.load()
        self.fast_path.enable()
        keeping, publishing, *others = (
            asyncio.create_task(work)
            for work in (
                self._keep_lease(), self._publish_all(), self._run_fast_path(), self._retry_set_aside()
            )
        )  # fmt: skip
        try:
            ended, _ = await asyncio.wait({keeping, publishing}, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            try:
                await to_the_end(end(keeping, publishing, *others))
            finally:
                self.fast_path.disable()

    async def _publish_all(self) -> None:
        try:
            await self._follow_stream()
        except HistoryLost as lost:
            log.warning(
                "no change history to resume from; reading all outboxes", extra={"reason": redacted(lost)}
            )
            async with self._publishing:
                self.fast_path.disable()  # while old entries are read, a new event must not overtake them
            await self._read_all()

    async def _keep_lease(self) -> None:
        """Renew the lease, and keep the stored position close to what was published. Raises _NotLeading when it is lost,
        which cancels a publish under way: what it would still send could overtake the next leader."""
        renewed_at = saved_at = time.monotonic()
        while True:
            await asyncio.sleep(min(SAVE_INTERVAL_SECONDS, self._lease.remaining))
            self._check_leading()
            with suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(self._lease.remaining):
                    if time.monotonic() - renewed_at > self._lease.length.total_seconds() / 4:
                        await self._lease.acquire()
                        self._check_leading()
                        renewed_at = time.monotonic()
                    if self._position_unsaved or time.monotonic() - saved_at > IDLE_SAVE_INTERVAL_SECONDS:
                        await self._save_position()
                        saved_at = time.monotonic()

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
            poll(self._db, pipeline(self._collections), resume_from, self._next_poll)
        ) as polls:
            async for polled in polls:
                recorded = [r for change in polled.changes if (r := recorded_in(change)) is not None]
                if polled.changes:
                    async with self._publishing:
                        unpublished = self.fast_path.take_unpublished(recorded)
                        await self._sender.send(unpublished)
                    self._position_unsaved = True
                    if unpublished:
                        self._poll_interval = MIN_POLL_SECONDS
                self._token = polled.token
                self.working, self._backoff = True, MIN_BACKOFF_SECONDS
                self._progressed()

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
                    changes = self.fast_path.drain()
                    await self._sender.send(changes)
                    self.fast_path.confirm(changes)
                except Exception as error:  # the stream reaches the same entries, and the same error
                    log.debug("the fast path starts over", extra={"error": type(error).__name__})
                    self.fast_path.enable()

    async def _retry_set_aside(self) -> None:
        while True:
            try:
                for held in await self._sender.set_aside.load():
                    async with self._publishing:
                        await self._sender.retry(held)
            except Exception as error:
                log.warning("cannot retry what is set aside: %s", redacted(error))
            await asyncio.sleep(RETRY_INTERVAL_SECONDS)

    def _check_leading(self) -> None:
        if not self._lease.held or self._lease.fence != self._term_fence:
            raise _NotLeading

    def _progressed(self) -> None:
        self._progressed_at = self._monotonic()

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
        batch: list[Recorded] = []
        async for recorded in all_recorded(self._db, self._collections):
            batch.append(recorded)
            if len(batch) == MAX_CHANGES:
                await self._sender.send(batch)
                self._progressed()
                batch = []
        await self._sender.send(batch)
        await self._store_position(
            {"$set": {"start": began_at, "fence": self._term_fence}, "$unset": {"token": 1}}
        )

    async def _step_down(self) -> None:
        with suppress(PyMongoError, TimeoutError):  # an unsaved position only means repeats
            async with asyncio.timeout(STEP_DOWN_SECONDS):
                await self._save_position()
                await self._lease.release()
