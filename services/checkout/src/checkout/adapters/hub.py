"""Who waits for an order hears of its changes, whichever replica made them: one change stream on checkout's database."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

from checkout.adapters.orders import COLLECTIONS
from runtime.changes import operation_time, watch
from runtime.mongo import Database, Document

PIPELINE: list[Document] = [
    {
        "$match": {
            "operationType": "update",
            "ns.coll": {"$regex": COLLECTIONS},
            "updateDescription.updatedFields.version": {"$exists": True},
        }
    },
    {"$project": {"documentKey": 1, "updateDescription.updatedFields.version": 1}},
]


class Waiter(asyncio.Event):
    """Set when an order may have changed; `version` is the newest that was heard of, 0 for not known."""

    version = 0


class Hub:
    """Wakes waiters. It says that something changed, never what."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[str, set[Waiter]] = defaultdict(set)

    @contextmanager
    def changes_of(self, order_id: str) -> Iterator[Waiter]:
        """A waiter that is set at each change of the order, from now on; who waits clears it."""
        changed = Waiter()
        self._waiting[order_id].add(changed)
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
                waiter.set()

    async def run(self) -> None:
        """Watch for ever; after an interruption everybody is woken once, since something may have been missed."""
        start = {"start_at_operation_time": await operation_time(self._db)}
        self._wake_all()
        async with aclosing(watch(self._db, PIPELINE, start)) as groups:
            async for changes in groups:
                for change in changes:
                    self.tell(
                        change["documentKey"]["_id"], change["updateDescription"]["updatedFields"]["version"]
                    )

    def _wake_all(self) -> None:
        for waiters in self._waiting.values():
            for waiter in waiters:
                waiter.set()
