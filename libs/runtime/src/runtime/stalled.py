"""Finds what has stalled, asks for its next step again, and reports what stays stalled.

Everything in the platform moves by itself: events, deadlines, retries. This is the safety net for a message that was lost or set
aside. Sources say what has not moved for longer than is usual. Its next step is asked for again at growing intervals; what a later
check finds stalled still is counted in the gauge `anchorage.stalled` and listed by `anchorage orders --stuck`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from runtime import metrics
from runtime.clock import Clock
from runtime.errors import is_unavailable, redacted

log = logging.getLogger(__name__)

CHECK_INTERVAL_SECONDS = 60.0
MIN_ASK_INTERVAL = timedelta(minutes=1)
MAX_ASK_INTERVAL = timedelta(hours=1)
MAX_FOUND = 10_000
"""What one check keeps in memory; it finds more once some of these move."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """Something that has not moved since `since`; `waits_for` says what would move it, `advice` what an operator can do."""

    kind: str
    id: str
    state: str
    since: datetime
    waits_for: str
    advice: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something stalled, how often its next step was asked for, and when it is next. `named` once a later check found it too."""

    stalled: Stalled
    asks: int
    next_ask_at: datetime
    named: bool = False


class StalledSource(Protocol):
    """What can stall in a service."""

    def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Everything that has not moved for longer than is usual."""
        ...

    async def ask_again(self, stalled: Stalled) -> None:
        """Ask for the next step once more; harmless if it has been taken in the meantime."""
        ...


class StalledList(Protocol):
    """What the last check found, kept over restarts and changes of the lease."""

    async def load(self) -> Mapping[str, Asked]:
        """By `Stalled.key`."""
        ...

    async def replace(self, found: Sequence[Asked], at: datetime) -> None:
        """Keep just these, and the time of the check."""
        ...


class Lease(Protocol):
    """Of several replicas, one checks."""

    async def acquire(self) -> bool: ...

    async def keep(self) -> bool:
        """Renew it in time during long work; False when it was lost."""
        ...


class StalledWatch:
    """Checks at intervals, on one replica at a time."""

    def __init__(
        self, sources: Sequence[StalledSource], known: StalledList, lease: Lease, clock: Clock
    ) -> None:
        self._sources = sources
        self._known = known
        self._lease = lease
        self._clock = clock
        self._counted: set[str] = set()

    async def run(self) -> None:
        """Check for as long as the service runs; ends only by cancellation."""
        while True:
            try:
                if await self._lease.acquire():
                    await self.check()
                else:
                    self._count([])  # the holder of the lease reports
            except Exception as error:
                if not is_unavailable(error):
                    raise
                log.warning("cannot check what has stalled: %s", redacted(error))
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)

    async def check(self) -> list[Asked]:
        """Ask for the next step of what has stalled; names what an earlier check found too. Stops when the lease is lost."""
        now, known = self._clock(), await self._known.load()
        found: dict[str, Asked] = {}
        for source in self._sources:
            async for stalled in source.find(now):
                if len(found) == MAX_FOUND:
                    log.error("more has stalled than one check can hold", extra={"found": MAX_FOUND})
                    break
                if not await self._lease.keep():
                    log.warning("another replica checks what has stalled")
                    return []
                found[stalled.key] = await self._asked(source, stalled, known.get(stalled.key), now)
        await self._known.replace(list(found.values()), now)
        named = [asked for asked in found.values() if asked.named]
        self._count(named)
        return named

    async def _asked(
        self, source: StalledSource, stalled: Stalled, before: Asked | None, now: datetime
    ) -> Asked:
        if before is None or before.stalled.state != stalled.state:
            before = Asked(stalled, 0, now)
        # a time that is too far away was set by a clock that ran ahead
        due = not now < before.next_ask_at <= now + MAX_ASK_INTERVAL
        asks, next_ask_at, named = before.asks, before.next_ask_at, before.asks > 0
        if due:
            try:
                await source.ask_again(stalled)
            except Exception as error:
                if is_unavailable(error):
                    raise
                log.exception("cannot ask again", extra={"stalled": stalled.key})
            asks += 1
            next_ask_at = now + min(MIN_ASK_INTERVAL * 2 ** min(asks - 1, 10), MAX_ASK_INTERVAL)
        if named and not before.named:
            log.error("this has stalled", extra={"stalled": stalled.key, "waits_for": stalled.waits_for})
        return Asked(stalled, asks, next_ask_at, named)

    def _count(self, named: Sequence[Asked]) -> None:
        counts = Counter(asked.stalled.kind for asked in named)
        for kind in self._counted | counts.keys():
            metrics.stalled.set(counts[kind], kind)
        self._counted |= counts.keys()
