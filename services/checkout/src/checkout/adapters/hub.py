"""Who waits for an order hears of its changes: at once of this replica's own, and by a change stream of any other's."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress

from checkout.adapters.orders import COLLECTIONS
from runtime.changes import operation_time, watch
from runtime.mongo import Database, Document

PIPELINE: list[Document] = [
    {
        "$match": {
            "operationType": "update",
            "ns.coll": COLLECTIONS,
            "updateDescription.updatedFields.version": {"$exists": True},
        }
    },
    {"$project": {"documentKey": 1, "updateDescription.updatedFields.version": 1}},
]


LOOK_SECONDS = 0.1
"""How often the stream is looked at for somebody who has heard nothing for as long: what this replica writes is told
without it."""
IDLE_SECONDS = 1.0


class Waiter(asyncio.Event):
    """Set when an order may have changed; `version` is the newest that was heard of, 0 for not known."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.heard_at = time.monotonic()


class Hub:
    """Wakes waiters. It says that something changed, never what."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[str, set[Waiter]] = defaultdict(set)
        self._somebody = asyncio.Event()

    @contextmanager
    def changes_of(self, order_id: str) -> Iterator[Waiter]:
        """A waiter that is set at each change of the order, from now on; who waits clears it."""
        changed = Waiter()
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
                waiter.heard_at = time.monotonic()
                waiter.set()

    async def run(self) -> None:
        """Watch for ever; after an interruption everybody is woken once, since something may have been missed."""
        start = {"start_at_operation_time": await operation_time(self._db)}
        self._wake_all()
        async with aclosing(watch(self._db, PIPELINE, start, self._next_look)) as looks:
            async for look in looks:
                for change in look.changes:
                    self.tell(
                        change["documentKey"]["_id"], change["updateDescription"]["updatedFields"]["version"]
                    )

    async def _next_look(self, _: int) -> None:
        """When somebody has waited in vain for a while; else now and then, so that there is never much to look through."""
        give_up = time.monotonic() + IDLE_SECONDS
        await asyncio.sleep(LOOK_SECONDS)
        while (now := time.monotonic()) < give_up:
            heard = [waiter.heard_at for waiters in self._waiting.values() for waiter in waiters]
            if not heard:
                self._somebody.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(give_up - now):
                        await self._somebody.wait()
            elif (due := min(heard) + LOOK_SECONDS) > now:
                await asyncio.sleep(due - now)
            else:
                return

    def _wake_all(self) -> None:
        for waiters in self._waiting.values():
            for waiter in waiters:
                waiter.set()
