"""The Kafka consumer under FastStream: it filters before batching, and commits at intervals instead of after each batch.

A commit after each batch is a durable write on the broker and a round trip before the next record, and aiokafka's names
every partition each time. A crash repeats what was handled within COMMIT_INTERVAL_SECONDS; handlers are idempotent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from runtime.kafka import internals
from runtime.tasks import end

log = logging.getLogger(__name__)

Records = dict[Any, list[ConsumerRecord]]
"""Records by their topic and partition, in order."""

COMMIT_INTERVAL_SECONDS = 2.0
FETCHER_INTERVAL_SECONDS = 2.0
"""How often aiokafka's fetcher wakes when nothing happens."""
LINGER_SECONDS = 0.1
"""How long a batch lingers at most: two more hops of an order, on a slow machine."""
FLUSH_SECONDS = 2.0
"""Time limit of the final commit. Records whose offsets are not committed are delivered again."""


def _always(_: ConsumerRecord) -> bool:
    return True


def _never(_: ConsumerRecord) -> bool:
    return False


def _nothing() -> dict[Any, int]:
    return {}


async def _done() -> None:
    return None


def _not_past(consumed: Any, unfinished: int | None) -> Any:
    """The offset to commit; aiokafka's is a tuple with metadata."""
    if unfinished is None or unfinished >= consumed.offset:
        return consumed
    return consumed._replace(offset=unfinished)


class KafkaClient(AIOKafkaConsumer):  # type: ignore[misc]
    """FastStream polls it, and calls `commit` after each handled batch.

    Records that `accepts` refuses are left out before a batch is made: with few records at a time, a batch's way through
    FastStream costs more than this check. A batch in which every record `may_linger` waits up to LINGER_SECONDS for more.

    `unfinished` tells the lowest offset of each partition that is still being handled next to the stream; no commit goes past
    it. `finish` is awaited before the last commit.
    """

    def __init__(self, *topics: str, **settings: Any) -> None:
        super().__init__(*topics, **settings)
        self.accepts: Callable[[ConsumerRecord], bool] = _always
        self.may_linger: Callable[[ConsumerRecord], bool] = _never
        self.unfinished: Callable[[], Mapping[Any, int]] = _nothing
        self.finish: Callable[[], Awaitable[None]] = _done
        self._handled: dict[Any, Any] = {}
        self._committed: dict[Any, Any] = {}
        self._committing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the group and start fetching."""
        await super().start()
        internals.slow_fetcher(self, FETCHER_INTERVAL_SECONDS)

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        """Return only when there is an accepted record: FastStream sleeps as long again after an empty answer."""
        if not timeout_ms:
            return await super().getmany(*partitions, max_records=max_records)
        while True:
            found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            if accepted := self._filtered(found):
                await self._linger(accepted, partitions, max_records)
                return accepted
            if found:
                await self.commit()

    def _filtered(self, found: Records) -> Records:
        accepted = {
            at: [record for record in records if self.accepts(record)] for at, records in found.items()
        }
        return {at: kept for at, kept in accepted.items() if kept}

    async def _linger(self, batch: Records, partitions: Any, max_records: int | None) -> None:
        """Add what arrives in the meantime, until a record arrives that may not linger.

        A rebalance in the meantime causes a repeat: the new owner receives the batch too.
        """
        until, newest = time.monotonic() + LINGER_SECONDS, batch
        while all(self.may_linger(record) for records in newest.values() for record in records):
            left_ms = int(1000 * (until - time.monotonic()))
            if left_ms <= 0 or (max_records and sum(map(len, batch.values())) >= max_records):
                return
            try:
                found = await super().getmany(*partitions, timeout_ms=left_ms, max_records=max_records)
            except KafkaError:
                return  # the next call raises it again; the batch must not be lost for it
            newest = self._filtered(found)
            for at, records in newest.items():
                batch[at] = [*batch.get(at, []), *records]

    async def commit(self, offsets: Any = None) -> None:
        """Called by FastStream after each batch: all returned records are handled. A background task commits their offsets."""
        assignment = internals.assignment_of(self)
        if assignment is not None:
            self._handled.update(assignment.all_consumed_offsets())
        self.commit_soon()

    def commit_soon(self) -> None:
        """Have a background task commit what is finished."""
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_soon())

    async def flush_commits(self) -> None:
        """Commit now, before a partition moves to another replica. Never raises Kafka's errors: what is not committed is
        repeated."""
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._commit_handled()

    async def stop(self) -> None:
        """Commit and leave the group."""
        await self.finish()
        if self._committing is not None:
            await end(self._committing)
            await self.flush_commits()
        await super().stop()

    async def _commit_soon(self) -> None:
        """Commit at intervals until nothing is left: batches may be handled while a commit is under way."""
        while self._advanced():
            await asyncio.sleep(COMMIT_INTERVAL_SECONDS)
            try:
                await self._commit_handled()
            except KafkaError as error:
                log.debug("a commit is retried", extra={"error": type(error).__name__})

    def _advanced(self) -> dict[Any, Any]:
        """The handled offsets that are not committed yet, of the partitions that are still ours."""
        unfinished, ours = self.unfinished(), self.assignment()
        finished = {
            at: _not_past(offset, unfinished.get(at)) for at, offset in self._handled.items() if at in ours
        }
        return {at: offset for at, offset in finished.items() if self._committed.get(at) != offset}

    async def _commit_handled(self) -> None:
        advanced = self._advanced()
        if not advanced:
            return
        try:
            await super().commit(advanced)
        except (CommitFailedError, IllegalStateError):  # the group has moved on; the new owner repeats
            self._handled.clear()
        else:
            self._committed.update(advanced)
