"""Processes records into a projection, whose own commit holds the offsets.

Retries and dead letters are the runtime's. Search adds: the offsets are written in one transaction with the effect of
their records; a record without a value is an erasure; nothing is traced while catching up on old records; and a rebuild,
which reads everything again, does not dead-letter a record twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from aiokafka import ConsumerRecord

from contracts.envelope import Envelope
from contracts.event import Event
from contracts.topics import Topic
from runtime.clock import Clock
from runtime.consuming.processor import Processor
from runtime.consuming.subscription import Delivery
from runtime.kafka.publisher import Publisher
from search.adapters.contracts_in import erasure_of, fact_of
from search.application.facts import Fact
from search.application.ports import Offsets, Position
from search.application.projection import Changes, Projection

CONSUMER = "search.index"


class IndexProcessor(Processor):
    """Its deliveries carry facts of search instead of events.

    `traced` is off while catching up. `topics` are the contracts' topics by their names on the broker.
    """

    def __init__(
        self,
        projection: Projection,
        events: Sequence[type[Event]],
        topics: Mapping[str, Topic],
        publisher: Publisher,
        clock: Clock,
    ) -> None:
        super().__init__(CONSUMER, events, self._apply_deliveries, publisher, clock)
        self.projection = projection
        self.traced = False
        self._topics = topics
        self._now = clock

    async def process(self, batch: Sequence[ConsumerRecord]) -> None:
        """Apply the batch, then move the offsets past the records at its end that had no effect."""
        await super().process(batch)
        stored = self.projection.state.offsets()
        ahead = {at: offset for at, offset in _offsets_after(batch).items() if stored.get(at) != offset}
        if ahead:
            await self._apply((), ahead)

    def read(self, raw: ConsumerRecord) -> Delivery | None:
        """The fact in a record; None when it means nothing to search. Raises for a record that cannot be read.

        Mapped here and not in the handler, so that a batch of 20,000 does not keep 20,000 events in memory.
        """
        if raw.value is None:
            key = (raw.key or b"").decode()
            erasure = erasure_of(self._topics[raw.topic], key)
            return Delivery(erasure, self._erasure_envelope(raw, key), raw) if erasure is not None else None
        delivery = super().read(raw)
        fact = fact_of(delivery.event) if delivery is not None else None
        return Delivery(fact, delivery.envelope, raw) if delivery is not None and fact is not None else None

    def spans(self, deliveries: Sequence[Delivery]) -> AbstractContextManager[list[Delivery]]:
        """No spans while catching up: their traces ended long ago."""
        return super().spans(deliveries) if self.traced else nullcontext(list(deliveries))

    async def set_aside(self, raw: ConsumerRecord, error: Exception, attempts: int) -> None:
        """Dead-letter the record, unless that was done before."""
        state, record = self.projection.state, f"{raw.topic}/{raw.partition}/{raw.offset}"
        if not state.is_dead_letter(record):
            await super().set_aside(raw, error, attempts)
            state.put_dead_letters({record: self._now().isoformat()})

    def _erasure_envelope(self, raw: ConsumerRecord, key: str) -> Envelope:
        """An erasure is not a CloudEvent: its envelope only says which record it is."""
        return Envelope(f"{raw.topic}/{raw.partition}/{raw.offset}", "erasure", raw.topic, self._now(), key)

    async def _apply_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Apply the facts together with the offsets after them. Records are handled in order, so everything before
        these offsets is done."""
        await self._apply([d.event for d in deliveries], _offsets_after(d.raw for d in deliveries))

    async def _apply(self, facts: Sequence[Fact], offsets: Offsets) -> None:
        """Apply in another thread. A cancellation waits for it, so that nobody closes its files while it runs."""
        work = asyncio.ensure_future(asyncio.to_thread(self.projection.apply, facts, offsets))
        try:
            changes: Changes = await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work})
            raise
        self.projection.make_visible(changes)


def _offsets_after(records: Iterable[ConsumerRecord]) -> dict[Position, int]:
    """The next record of each partition; the records of a partition are in order."""
    return {(record.topic, record.partition): record.offset + 1 for record in records}
