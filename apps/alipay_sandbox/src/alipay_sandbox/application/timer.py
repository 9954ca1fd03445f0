"""A queue of things that fall due, on any clock."""

import asyncio
import heapq
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class Timer(Generic[T]):
    """Hands each thing to `act` when it is due. `seconds_until` turns a due moment into real seconds from now.

    Kept in memory; whoever uses it fills it again after a restart.
    """

    def __init__(self, seconds_until: Callable[[datetime], float], act: Callable[[T], None]) -> None:
        self._seconds_until = seconds_until
        self._act = act
        self._queue: list[tuple[datetime, int, T]] = []
        self._count = 0
        self._changed = asyncio.Event()

    def add(self, due: datetime, thing: T) -> None:
        """Plans a thing; one that is due already is acted on at the loop's next turn."""
        self._count += 1  # keeps things of one moment in order, and things themselves out of the comparison
        heapq.heappush(self._queue, (due, self._count, thing))
        self._changed.set()

    def reconsider(self) -> None:
        """The clock has changed: look at the queue again."""
        self._changed.set()

    async def run(self) -> None:
        """Acts on what is due, until cancelled."""
        while True:
            self._changed.clear()
            while self._queue and self._seconds_until(self._queue[0][0]) <= 0:
                self._act(heapq.heappop(self._queue)[2])
            wait = self._seconds_until(self._queue[0][0]) if self._queue else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)
