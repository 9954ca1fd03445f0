"""The Kafka consumer under FastStream: it answers only with records, and writes down how far it got now and then.

A commit after each batch is a durable write on the broker and a round trip in the way of the next record, and aiokafka's
names every partition each time. What is repeated after a crash is what came in COMMIT_EVERY_SECONDS; handlers bear
repeats.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from runtime.tasks import end

log = logging.getLogger(__name__)

Found = dict[Any, list[ConsumerRecord]]
"""Records by their topic and partition, in order."""

COMMIT_EVERY_SECONDS = 2.0
FETCHER_LOOKS_SECONDS = 2.0
"""aiokafka's fetcher looks round this often when nothing happens; its own 0.2 s is a constant it offers no setting for."""
COMPANY_SECONDS = 0.1
"""How long records that can wait do so: two more hops of an order that has company, on a slow machine."""
SETTLE_SECONDS = 2.0
"""A broker that is away holds up neither a stop nor a rebalance: what it was not told is repeated."""


def _always(_: ConsumerRecord) -> bool:
    return True


def _never(_: ConsumerRecord) -> bool:
    return False


class PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """FastStream polls it, and calls `commit` after each batch that is dealt with.

    Where it waits for records, those that `wants` does not want are left out: with a few at a time, the way of a batch
    through FastStream costs more than looking at them. Where all that has come `can_wait`, it is answered with what comes
    within COMPANY_SECONDS.
    """

    def __init__(self, *topics: str, **settings: Any) -> None:
        super().__init__(*topics, **settings)
        self.wants: Callable[[ConsumerRecord], bool] = _always
        self.can_wait: Callable[[ConsumerRecord], bool] = _never
        self._handled: dict[Any, Any] = {}
        self._committed: dict[Any, Any] = {}
        self._committing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the group and begin to fetch."""
        await super().start()
        self._fetcher._fetcher_timeout = FETCHER_LOOKS_SECONDS

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        """Answers only when there is a record that is wanted: FastStream sleeps as long again after an empty answer."""
        if not timeout_ms:
            return await super().getmany(*partitions, max_records=max_records)
        while True:
            found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            if wanted := self._wanted(found):
                await self._await_company(wanted, partitions, max_records)
            if wanted:
                return wanted
            if found:
                await self.commit()

    def _wanted(self, found: Found) -> Found:
        wanted = {at: [record for record in records if self.wants(record)] for at, records in found.items()}
        return {at: kept for at, kept in wanted.items() if kept}

    async def _await_company(self, taken: Found, partitions: Any, max_records: int | None) -> None:
        """Add to `taken` what comes meanwhile, up to `max_records` more at a time, as long as all of it can wait.

        What was taken before a rebalance is let go: it is not dealt with yet, so it comes again to whoever has it now.
        """
        until, newest = time.monotonic() + COMPANY_SECONDS, taken
        assignment = self._assignment
        while all(self.can_wait(record) for records in newest.values() for record in records):
            left = int(1000 * (until - time.monotonic()))
            if left <= 0 or (max_records and sum(map(len, taken.values())) >= max_records):
                return
            try:
                found = await super().getmany(*partitions, timeout_ms=left, max_records=max_records)
            except KafkaError:
                return  # it is raised again by the next call; what is taken is not to be lost for it
            if self._assignment is not assignment:
                assignment = self._assignment
                taken.clear()
            newest = self._wanted(found)
            for at, records in newest.items():
                taken[at] = [*taken.get(at, []), *records]

    async def commit(self, offsets: Any = None) -> None:
        """Remember that everything taken so far is dealt with; the broker hears of it soon, and at `settle` at the latest."""
        if self._assignment is not None:
            self._handled.update(self._assignment.all_consumed_offsets())
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_soon())

    @property
    def _assignment(self) -> Any:
        """What the group has given to this replica: another object after each rebalance."""
        subscription = self._subscription.subscription
        return subscription.assignment if subscription is not None else None

    async def all_committed(self, partitions: Iterable[Any]) -> dict[Any, int]:
        """What the broker knows as done of each partition, 0 for nothing, in one request: aiokafka has one for each only."""
        told = await self._coordinator.fetch_committed_offsets(list(partitions))
        return {partition: max(0, offset.offset) for partition, offset in told.items()}

    async def settle(self) -> None:
        """Tell the broker how far we got, before a partition goes to another replica. Never raises for Kafka's faults:
        what is not told is repeated."""
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._write()

    async def stop(self) -> None:
        """Settle and leave the group."""
        if self._committing is not None:
            await end(self._committing)
            await self.settle()
        await super().stop()

    async def _commit_soon(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_EVERY_SECONDS)
            try:
                return await self._write()
            except KafkaError as away:
                log.debug("a commit is tried again", extra={"fault": type(away).__name__})

    async def _write(self) -> None:
        """Commit what moved, of the partitions that are still ours."""
        moved = {
            partition: offset
            for partition, offset in self._handled.items()
            if partition in self.assignment() and self._committed.get(partition) != offset
        }
        if not moved:
            return
        try:
            await super().commit(moved)
        except (CommitFailedError, IllegalStateError):  # the group has moved on; whoever has them now repeats
            self._handled.clear()
        else:
            self._committed.update(moved)
