"""Engagement events on their way to Kafka: gathered, and never in a page's way.

What is shown and viewed is best effort. A click waits for the brokers, but 300 ms at most. What Kafka does not take is
counted, not kept: an order's attribution needs only the signed click.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from contracts.engagement import Engagement
from runtime import telemetry
from runtime.clock import Clock
from runtime.errors import is_unavailable
from runtime.ids import NewId
from runtime.kafka.publisher import Publisher, Record
from runtime.outbox.recorder import direct_record

log = logging.getLogger(__name__)

CLICK_WAITS_SECONDS = 0.3
GATHER_SECONDS = 0.2
"""How long what nobody waits for is gathered: one request to the broker costs as much as many records in it."""
MOST_WAITING = 20_000
MOST_AT_ONCE = 1_000
PAUSE_SECONDS = 0.5
LAST_WORDS_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event on its way; `durable` is for a call that waits to hear whether Kafka has it."""

    name: str
    record: Record
    durable: asyncio.Future[bool] | None

    @property
    def given_up(self) -> bool:
        """Whether the call has waited long enough and gone on; the event was counted then."""
        return self.durable is not None and self.durable.done()


class EngagementLog:
    """Takes events from calls and publishes them from one task, `run`."""

    def __init__(self, publisher: Publisher, clock: Clock, new_id: NewId, prefix: str) -> None:
        self._publisher = publisher
        self._clock = clock
        self._new_id = new_id
        self._prefix = prefix
        self._waiting: deque[Waiting] = deque()
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()

    def note(self, event: Engagement) -> None:
        """Publish when convenient; the event is lost, and counted, when too many wait already."""
        self._put(event, None)

    async def keep(self, event: Engagement) -> bool:
        """Publish now: True once all replicas have it, False, and counted as lost, when that took too long."""
        durable: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if not self._put(event, durable):
            return False
        self._urgent.set()
        try:
            async with asyncio.timeout(CLICK_WAITS_SECONDS):
                return await durable
        except TimeoutError:
            _lost([type(event).__name__], "late")
            return False

    async def run(self) -> None:
        """Publish for ever; at the end, what still waits."""
        try:
            while True:
                await self._some.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout(GATHER_SECONDS):
                        await self._urgent.wait()
                if not await self._publish_some():
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_SECONDS):
                    while self._waiting and await self._publish_some():
                        pass

    def _put(self, event: Engagement, durable: asyncio.Future[bool] | None) -> bool:
        name = type(event).__name__
        if len(self._waiting) >= MOST_WAITING:
            _lost([name], "full")
            return False
        record = direct_record(event, event_id=self._new_id(), at=self._clock(), prefix=self._prefix)
        self._waiting.append(Waiting(name, record, durable))
        self._some.set()
        return True

    async def _publish_some(self) -> bool:
        """Publish the oldest; False when Kafka did not take them."""
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        if not self._waiting:
            self._some.clear()
            self._urgent.clear()
        wanted = [waiting for waiting in group if not waiting.given_up]
        taken = await self._taken([waiting.record for waiting in wanted])
        left = [waiting for waiting in wanted if not waiting.given_up]
        if not taken:
            _lost((waiting.name for waiting in left), "refused")
        for waiting in left:
            if waiting.durable is not None:
                waiting.durable.set_result(taken)
        return taken

    async def _taken(self, records: list[Record]) -> bool:
        try:
            await self._publisher.publish(records)
        except Exception as fault:
            log.warning(
                "engagement events are lost",
                extra={"events": len(records)},
                exc_info=not is_unavailable(fault),
            )
            return False
        return True


def _lost(names: Iterable[str], reason: str) -> None:
    for name, count in Counter(names).items():
        telemetry.events_lost.add(count, {"event": name, "reason": reason})
