"""Processes batches of records in order: read, handle, retry, dead-letter. `lanes` adds retries next to the stream.

- While a dependency is unavailable the same batch is retried, however long that takes; nothing goes to the dead letters.
- A record that cannot be read goes to its dead-letter topic at once.
- A failing batch is split by record, in order. A record that fails by itself is retried a bounded number of times and then
  published to its dead-letter topic, and the records after it go on. If its error says that no retry helps, there is none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from contracts.envelope import BadEnvelope
from contracts.event import Event
from runtime import metrics, telemetry
from runtime.clock import Clock
from runtime.consuming.dead_letters import MAX_REASON, dead_letter, without_content
from runtime.consuming.records import consumer_spans, headers_of, read_event
from runtime.consuming.subscription import BatchHandler, Delivery
from runtime.errors import Unavailable, is_unavailable, redacted, retry_can_help
from runtime.kafka.publisher import Publisher, Record

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
"""A record's own error may still be a race with another record; four attempts take about a second and a half."""
MIN_BACKOFF_SECONDS = 0.1
MAX_BACKOFF_SECONDS = 1.0


class CancellationEscaped(Exception):
    """The handler raised CancelledError although its task was not cancelled."""


class Processor:
    """Processes the records of one consumer group. `handle` must be idempotent.

    `waiting_for_dependency` and `progressed_at` (time.monotonic) show the watchdog whether it makes progress.
    """

    def __init__(
        self,
        group: str,
        events: Sequence[type[Event]],
        handle: BatchHandler,
        publisher: Publisher,
        clock: Clock,
    ) -> None:
        self.group = group
        self.accepted = {event.type_name(): event for event in events}
        self.progressed_at = time.monotonic()
        self._waiting = 0
        self._refused = False
        self._handle = handle
        self._publisher = publisher
        self._clock = clock

    @property
    def waiting_for_dependency(self) -> bool:
        """Whether a call waits for an unavailable dependency and none has succeeded since."""
        return self._waiting > 0 and self._refused

    async def process(self, batch: Sequence[ConsumerRecord]) -> None:
        """Handle or dead-letter every record. When it returns, the batch can be committed."""
        deliveries, unreadable = [], []
        for raw in batch:
            try:
                delivery = self.read(raw)
            except Exception as error:  # any at all: reading touches nothing but the record
                unreadable.append((raw, error))
                continue
            if delivery is not None:
                deliveries.append(delivery)
        await asyncio.gather(*(self.set_aside(raw, error, attempts=1) for raw, error in unreadable))
        if deliveries:
            await self.handle(deliveries)
        self.moved_on()

    def moved_on(self) -> None:
        """A batch has ended, or records of other types were passed over while none was in progress."""
        self.progressed_at = time.monotonic()

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Handle or dead-letter every delivery, in order."""
        await self._handle_or_split(deliveries)

    def read(self, raw: ConsumerRecord) -> Delivery | None:
        """The delivery in a record, None when this group does not take it; raises for a record that cannot be read."""
        return read_event(raw, self.accepted)

    def spans(self, deliveries: Sequence[Delivery]) -> AbstractContextManager[list[Delivery]]:
        """The spans around one call of the handler."""
        return consumer_spans(deliveries, self.group)

    async def set_aside(self, raw: ConsumerRecord, error: Exception, attempts: int) -> None:
        """Publish the record to its dead-letter topic, however long that takes; without its content if it is too large."""
        headers = headers_of(raw)
        origin = {
            "event_id": headers.get("ce_id", ""), telemetry.TRACEPARENT: headers.get(telemetry.TRACEPARENT, ""),
            "topic": raw.topic, "partition": raw.partition, "offset": raw.offset, "group": self.group,
        }  # fmt: skip
        unreadable = isinstance(error, (BadEnvelope, ValidationError))  # a traceback would say nothing
        reason = redacted(error)
        log.error(
            "a record goes to the dead letters",
            exc_info=None if unreadable else error,
            extra=origin | {"reason": reason[:MAX_REASON]},
        )
        letter = dead_letter(raw, reason=reason, attempts=attempts, consumer=self.group, at=self._clock())
        await self._retry_while_unavailable(lambda: self._publish_letter(letter))
        self.progressed_at = time.monotonic()
        self.count("dead_letter", [headers.get("ce_type", "")])

    async def _publish_letter(self, letter: Record) -> None:
        """Raises only errors that pass: a letter that was refused for good would stop the stream of its partition."""
        [refused] = await self._publisher.publish_each([letter])
        if refused is None:
            return
        log.error(
            "a dead letter is kept without its content",
            extra={"group": self.group, "reason": redacted(refused)},
        )
        [refused] = await self._publisher.publish_each([without_content(letter)])
        if refused is not None:
            raise Unavailable(f"{letter.topic} refuses every letter: {redacted(refused)}") from refused

    def count(self, outcome: str, types: Iterable[str]) -> None:
        """Count records of these types by their outcome."""
        for event, records in Counter(map(self._event_of, types)).items():
            metrics.messages_consumed.add(records, self.group, event, outcome)

    def _event_of(self, event_type: str) -> str:
        """The value of the label `event`: the event's name, as in EVENTS.md. What a record claims to be is no label."""
        event = self.accepted.get(event_type)
        return event.__name__ if event is not None else metrics.OTHER

    async def _handle_or_split(self, deliveries: Sequence[Delivery]) -> None:
        try:
            await self._attempt(deliveries)
        except Exception as error:
            if len(deliveries) == 1:
                await self._retry(deliveries[0], error)
                return
            log.info("a batch failed and is retried record by record", extra={"records": len(deliveries)})
            for delivery in deliveries:
                await self._handle_or_split([delivery])

    async def _retry(self, delivery: Delivery, error: Exception) -> None:
        attempts = 1
        while attempts < MAX_ATTEMPTS and retry_can_help(error):
            await asyncio.sleep(MIN_BACKOFF_SECONDS * 3 ** (attempts - 1))
            attempts += 1
            try:
                await self._attempt([delivery])
            except Exception as again:
                error = again
            else:
                return
        await self._give_up(delivery, error, attempts)

    async def _give_up(self, delivery: Delivery, error: Exception, attempts: int) -> None:
        if not retry_can_help(error):
            event = self._event_of(delivery.envelope.type)
            metrics.facts_mismatched.add(1, self.group, event)
        await self.set_aside(delivery.raw, error, attempts)

    async def _attempt(self, deliveries: Sequence[Delivery]) -> None:
        """Call the handler, again while a dependency is unavailable; raises the records' own error."""
        await self._retry_while_unavailable(lambda: self._call(deliveries))
        self._handled(deliveries)

    def _handled(self, deliveries: Sequence[Delivery]) -> None:
        self._refused = False
        self.progressed_at = time.monotonic()
        self.count("done", (delivery.envelope.type for delivery in deliveries))
        oldest = min(delivery.envelope.time for delivery in deliveries)
        metrics.consumer_delay.record((self._clock() - oldest).total_seconds(), self.group)

    async def _call(self, deliveries: Sequence[Delivery]) -> None:
        """Call the handler once. If it raises CancelledError although this task was not cancelled, that is its own error."""
        with self.spans(deliveries) as traced:
            try:
                await self._handle(traced)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                raise CancellationEscaped from None

    async def _retry_while_unavailable(self, work: Callable[[], Awaitable[None]]) -> None:
        backoff, waiting = MIN_BACKOFF_SECONDS, 0
        try:
            while True:
                try:
                    return await work()
                except Exception as error:
                    if not is_unavailable(error):
                        raise
                    log.warning(
                        "waiting for a dependency", extra={"error": type(error).__name__, "group": self.group}
                    )
                self._refused = True
                self._waiting, waiting = self._waiting + 1 - waiting, 1
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)
        finally:
            self._waiting -= waiting
