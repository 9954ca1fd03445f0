"""How far stock levels have been published, across restarts."""

from __future__ import annotations

import time
from collections.abc import Callable

from runtime.mongo.client import Database, Document

SAVE_INTERVAL_SECONDS = 5.0
"""After a crash, what changed in this time is published again, with the levels of then."""
ID = "stock-levels"


class MongoLevelPosition:
    """A position in the change stream: all levels that changed before it are published."""

    def __init__(self, db: Database, now: Callable[[], float] = time.monotonic) -> None:
        self._positions = db["positions"]
        self._now = now
        self._saved: Document | None = None
        self._saved_at = float("-inf")

    async def load(self) -> Document | None:
        """The stored position; None at the very first start."""
        document = await self._positions.find_one({"_id": ID})
        return document["position"] if document is not None else None

    async def save(self, position: Document) -> None:
        """Store the position, if it changed and the last one is old enough."""
        now = self._now()
        if position != self._saved and now - self._saved_at >= SAVE_INTERVAL_SECONDS:
            await self._positions.update_one({"_id": ID}, {"$set": {"position": position}}, upsert=True)
            self._saved, self._saved_at = position, now
