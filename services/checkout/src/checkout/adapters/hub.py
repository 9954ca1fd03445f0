"""Who waits for an order hears of its changes: at once of this replica's own, and by looking now and then of any other's."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

LOOK_SECONDS = 0.25
"""How long somebody may have heard nothing before the database is asked: what this replica writes is told without it."""
LONGEST_LOOK_SECONDS = 2.0
"""Between two looks for somebody who has heard nothing for long."""


class Waiter(asyncio.Event):
    """Set when the order has a newer version than `version`, which then is that one."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version
        self.heard_at = self.looked_at = time.monotonic()

    def look_at(self) -> float:
        """When the database is to be asked for it next: the rarer the longer it has heard nothing."""
        silent = self.looked_at - self.heard_at
        return self.looked_at + min(max(silent / 2, LOOK_SECONDS), LONGEST_LOOK_SECONDS)


class Hub:
    """Wakes waiters. It says that something changed, never what. `versions` answers with the versions that orders have now."""

    def __init__(self, versions: Callable[[Iterable[str]], Awaitable[Mapping[str, int]]]) -> None:
        self._versions = versions
        self._waiting: dict[str, set[Waiter]] = defaultdict(set)
        self._somebody = asyncio.Event()

    @contextmanager
    def changes_of(self, order_id: str, version: int) -> Iterator[Waiter]:
        """A waiter that is set at each change of the order after `version`; who waits clears it."""
        changed = Waiter(version)
        self._waiting[order_id].add(changed)
        self._somebody.set()
        try:
            yield changed
        finally:
            self._waiting[order_id].discard(changed)
            if not self._waiting[order_id]:
                del self._waiting[order_id]

    def tell(self, order_id: str, version: int) -> None:
        """The order has this version now."""
        for waiter in self._waiting.get(order_id, ()):
            if version > waiter.version:
                waiter.version = version
                waiter.heard_at = waiter.looked_at = time.monotonic()
                waiter.set()

    async def run(self) -> None:
        """Look for ever, while there is somebody to look for."""
        while True:
            await self._somebody.wait()
            await asyncio.sleep(LOOK_SECONDS)
            if not self._waiting:
                self._somebody.clear()
            elif due := self._due(time.monotonic()):
                for order_id, version in (await self._versions(due)).items():
                    self.tell(order_id, version)

    def _due(self, now: float) -> list[str]:
        """The orders that are to be looked at now; their waiters are taken as looked after."""
        due = []
        for order_id, waiters in self._waiting.items():
            late = [waiter for waiter in waiters if waiter.look_at() <= now]
            for waiter in late:
                waiter.looked_at = now
            if late:
                due.append(order_id)
        return due
