"""The feed of an owner's events, for programs that poll."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from webhooks.application.ports import OwnerEvents
from webhooks.domain.errors import UnknownCursor
from webhooks.domain.owner_event import NumberedEvent

POLL_INTERVAL_SECONDS = 0.25
"""How often the database is asked on behalf of all callers that wait."""


class EventFeed:
    """Reads the events of an owner in order, and waits for new ones."""

    def __init__(self, events: OwnerEvents) -> None:
        self._events = events
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._seen: dict[str, int] = {}

    async def page(self, owner_id: str, after: int, limit: int, wait: float) -> Sequence[NumberedEvent]:
        """At most `limit` events after this sequence number; if there are none, after up to `wait` seconds.

        Raises UnknownCursor if the owner's last event comes before `after`.
        """
        found = await self._events.page(owner_id, after, limit)
        if found:
            return found
        if after > (await self._events.last([owner_id])).get(owner_id, 0):
            raise UnknownCursor
        if not wait:
            return found
        await self._until_more(owner_id, after, wait)
        return await self._events.page(owner_id, after, limit)

    async def run(self) -> None:
        """Ask for all callers that wait, as long as the service runs."""
        while True:
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
            if not self._waiting:
                continue
            for owner_id, last in (await self._events.last(list(self._waiting))).items():
                self._seen[owner_id] = last
                for waiter in self._waiting.get(owner_id, ()):
                    waiter.set()

    async def _until_more(self, owner_id: str, after: int, seconds: float) -> None:
        woken = asyncio.Event()
        self._waiting[owner_id].add(woken)
        try:
            async with asyncio.timeout(seconds):
                while self._seen.get(owner_id, 0) <= after:
                    woken.clear()
                    await woken.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting[owner_id].discard(woken)
            if not self._waiting[owner_id]:
                del self._waiting[owner_id]
                self._seen.pop(owner_id, None)
