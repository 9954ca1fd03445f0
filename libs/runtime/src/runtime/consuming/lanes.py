"""Retries next to the stream: a key whose records fail, hang or wait does not hold up other keys.

A batch that fails is divided by key. Each key gets a lane, which handles its records in order and retries them, while the stream
goes on with the other keys. A batch that takes long goes on as well, next to the stream, and the lanes of its keys wait for it. Later
records of a key join its lane. Offsets are committed up to the lowest record in a lane, so a crash repeats what is in the lanes.

- A record's own error is retried a bounded number of times; then the record goes to the dead letters.
- A call that takes too long counts as the record's own error only if other records were handled in the meantime. Otherwise
  the cause may be a dependency, and the record is retried without limit.
- The lanes hold a bounded number of records and bytes. When they are full, the stream waits.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from runtime.consuming.in_progress import InProgress
from runtime.consuming.lane import HandlerHangs, Lane, key_of, size_of
from runtime.consuming.processor import (
    MAX_ATTEMPTS,
    MAX_BACKOFF_SECONDS,
    MIN_BACKOFF_SECONDS,
    Processor,
)
from runtime.consuming.subscription import Delivery
from runtime.errors import retry_can_help

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
"""How long the stream waits for a batch before it goes on with other keys."""
SHORT_PATIENCE_SECONDS = 0.1
"""The same for OVERRUN_SECONDS after a call took longer: several batches with records that hang must not add up."""
OVERRUN_SECONDS = 10.0
BATCH_SECONDS = 2.0
"""Time limit of a batch. After it, its keys go on one by one: one of them may hang, or wait for a dependency of its own."""
CALL_SECONDS = 30.0
"""Time limit of one call in a lane."""
RETRY_SPREAD_SECONDS = 0.004
"""Added to each pause for every lane: the retries of many lanes must not take the processor from the stream."""
MAX_RECORDS = 3_000
MAX_BYTES = 32 * 1024 * 1024
"""What the lanes of one consumer hold at most, in addition to the batch that is being added."""
MAX_WAITING_KEYS = 256
"""How many keys may wait in lanes for an unavailable dependency before the stream waits for it too."""
MAX_CALL_RECORDS = 200
"""Records of one key in one call."""


class LaneProcessor(Processor):
    """A processor whose retries do not hold up other keys. The handler may run for different keys at the same time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.on_finished: Callable[[], None] = lambda: None
        self._lanes: dict[Hashable, Lane] = {}
        self._records = self._bytes = 0
        self._finished = 0
        self._moved = asyncio.Event()
        self._draining = False
        self._overran_at = -math.inf
        self.in_progress = InProgress()

    @property
    def parked(self) -> int:
        """Records in lanes."""
        return self._records

    @property
    def oldest_seconds(self) -> float:
        """For how long the oldest batch or lane has been in progress; 0 without any."""
        since = [*(lane.since for lane in self._lanes.values()), *self.in_progress.since]
        return max((time.monotonic() - at for at in since), default=0.0)

    def unfinished(self) -> Mapping[TopicPartition, int]:
        """The lowest offset in the lanes, by partition."""
        lowest: dict[TopicPartition, int] = {}
        for lane in self._lanes.values():
            for delivery in lane.records:
                at = TopicPartition(delivery.raw.topic, delivery.raw.partition)
                lowest[at] = min(delivery.raw.offset, lowest.get(at, delivery.raw.offset))
        return lowest

    async def process(self, batch: Sequence[ConsumerRecord]) -> None:
        """Handle, dead-letter or park every record. When it returns, all but `unfinished` can be committed."""
        with self.in_progress.handling(batch):
            while self._records >= MAX_RECORDS or self._bytes >= MAX_BYTES:
                self._moved.clear()
                await self._moved.wait()
            await super().process(batch)

    def moved_on(self) -> None:
        """Parking a record is not progress, nor is skipping records of other types while any is parked."""
        if not self._lanes:
            super().moved_on()

    def passed_over(self) -> None:
        """A record of another type was skipped: progress, unless a batch is in progress or will be delivered again."""
        if not self.in_progress:
            self.moved_on()

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Handle each key's deliveries in order; what cannot be handled now goes on in lanes."""
        by_key: dict[Hashable, list[Delivery]] = {}
        for delivery in deliveries:
            key = key_of(delivery)
            if lane := self._lanes.get(key):
                self._add(lane, [delivery])
            else:
                by_key.setdefault(key, []).append(delivery)
        if len(by_key) == 1:
            [(key, only)] = by_key.items()
            lane = self._park(key, only)
            await self._first_try(lane)
        elif by_key:
            await self._handle_or_divide(by_key)

    async def drain(self, seconds: float) -> None:
        """End the lanes: calls under way have this long to return; everything else ends at once."""
        self._draining = True
        for lane in self._lanes.values():
            if lane.task is not None and lane.called_at is None:
                lane.task.cancel()
        tasks = {lane.task for lane in self._lanes.values() if lane.task is not None}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def forget(self) -> None:
        """Drop the drained lanes, whose records the next owner of their partitions receives; lanes can be made again."""
        self._lanes.clear()
        self.in_progress.forget()
        self._records = self._bytes = 0
        self._draining = False
        self._moved.set()

    async def _handle_or_divide(self, by_key: Mapping[Hashable, list[Delivery]]) -> None:
        """One call for all; if it fails, calls for a part each; lanes for the keys of a part that fails."""
        if await self._handled_or_parked(by_key):
            return
        keys = [*by_key]
        size = math.isqrt(len(keys) - 1) + 1
        parts = [{key: by_key[key] for key in keys[n : n + size]} for n in range(0, len(keys), size)]
        await asyncio.gather(*(self._handle_or_park(part) for part in parts))

    async def _handle_or_park(self, by_key: Mapping[Hashable, list[Delivery]]) -> None:
        if len(by_key) == 1 or not await self._handled_or_parked(by_key):
            self._park_all(by_key)

    async def _handled_or_parked(self, by_key: Mapping[Hashable, list[Delivery]]) -> bool:
        """One call for all of these, which goes on next to the stream when it takes long; False if it failed before."""
        deliveries = [delivery for key in by_key for delivery in by_key[key]]
        call = asyncio.create_task(self._batch_call(deliveries))
        try:
            done, _ = await asyncio.wait([call], timeout=self._patience())
        except BaseException:
            call.cancel()
            await asyncio.wait([call])
            raise
        if done:
            return call.result()
        self._overran_at = time.monotonic()
        self._park_all(by_key, call)
        return True

    async def _batch_call(self, deliveries: Sequence[Delivery]) -> bool:
        """One call for all of these; False if it failed or took too long."""
        while True:
            try:
                async with asyncio.timeout(BATCH_SECONDS) as limit:
                    await self._attempt(deliveries)
            except Exception as error:
                if limit.expired() and self._waiting >= MAX_WAITING_KEYS:
                    continue
                log.info(
                    "a batch is divided", extra={"records": len(deliveries), "error": type(error).__name__}
                )
                return False
            self._finished += len(deliveries)
            return True

    def _patience(self) -> float:
        overran = time.monotonic() - self._overran_at < OVERRUN_SECONDS
        return SHORT_PATIENCE_SECONDS if overran else PATIENCE_SECONDS

    def _park_all(
        self, by_key: Mapping[Hashable, list[Delivery]], call: asyncio.Task[bool] | None = None
    ) -> None:
        for key, deliveries in by_key.items():
            self._park(key, deliveries, call)

    def _park(
        self, key: Hashable, deliveries: Sequence[Delivery], call: asyncio.Task[bool] | None = None
    ) -> Lane:
        """A lane for these; a batch `call` that holds them is under way."""
        lane = self._lanes[key] = Lane([])
        self._add(lane, deliveries)
        lane.task = asyncio.create_task(self._run(key, lane, deliveries, call))
        return lane

    async def _first_try(self, lane: Lane) -> None:
        """Wait for the lane's first call, as long as the stream's patience lasts."""
        try:
            async with asyncio.timeout(self._patience()):
                await lane.tried.wait()
        except TimeoutError:
            self._overran_at = time.monotonic()

    def _add(self, lane: Lane, deliveries: Sequence[Delivery]) -> None:
        lane.records.extend(deliveries)
        self._records += len(deliveries)
        self._bytes += sum(map(size_of, deliveries))

    def _finish(self, lane: Lane, part: Sequence[Delivery]) -> None:
        for delivery in part:
            lane.records.popleft()
            self._bytes -= size_of(delivery)
        self._records -= len(part)
        self._finished += len(part)
        self._moved.set()

    async def _run(
        self, key: Hashable, lane: Lane, first: Sequence[Delivery], call: asyncio.Task[bool] | None
    ) -> None:
        """Handle the lane's records until none is left; the first, if a batch call is under way, only if that fails."""
        if call is not None:
            await self._await_batch(lane, first, call)
        width, attempts = MAX_CALL_RECORDS, 0
        while lane.records and not self._draining:
            part = [*lane.records][:width]
            before = self._finished
            try:
                await self._retry_while_unavailable(lambda: self._limited_call(lane, part))  # noqa: B023
                self._handled(part)
            except Exception as error:
                if self._draining:
                    break
                if len(part) > 1:
                    width = len(part) // 2
                    continue
                lane.tried.set()
                blameless = isinstance(error, HandlerHangs) and self._finished == before
                attempts += not blameless
                if retry_can_help(error) and attempts < MAX_ATTEMPTS:
                    pause = MIN_BACKOFF_SECONDS * 3 ** max(0, attempts - 1)
                    await asyncio.sleep(pause + RETRY_SPREAD_SECONDS * len(self._lanes))
                    continue
                if not await self._set_aside(part[0], error, attempts):
                    continue
            self._finish(lane, part)
            width, attempts = min(2 * width, MAX_CALL_RECORDS), 0
        lane.tried.set()
        if not lane.records:
            del self._lanes[key]
            self.on_finished()

    async def _await_batch(self, lane: Lane, held: Sequence[Delivery], call: asyncio.Task[bool]) -> None:
        lane.called_at = time.monotonic()
        try:
            if await asyncio.shield(call):
                self._finish(lane, held)
        finally:
            lane.called_at = None
            if self._draining:
                call.cancel()

    async def _set_aside(self, delivery: Delivery, error: Exception, attempts: int) -> bool:
        try:
            await self._give_up(delivery, error, attempts)
        except Exception:
            log.exception("a record cannot be dead-lettered and is handled again")
            await asyncio.sleep(MAX_BACKOFF_SECONDS)
            return False
        return True

    async def _limited_call(self, lane: Lane, part: Sequence[Delivery]) -> None:
        if self._draining:
            raise HandlerHangs
        lane.called_at = time.monotonic()
        try:
            async with asyncio.timeout(CALL_SECONDS) as limit:
                await self._call(part)
        except TimeoutError:
            if limit.expired():
                raise HandlerHangs(f"the handler did not return within {CALL_SECONDS:g} s") from None
            raise
        finally:
            lane.called_at = None
