"""When orders must be paid: one collection for all mini programs, so that finding what is due is one query.

A deadline is written before its order. One without an order (the writer died in between) is dropped when it is due.
"""

from __future__ import annotations

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from runtime.mongo import Database

AT_ONCE = 200


class Deadlines:
    """Deadlines by order id."""

    def __init__(self, db: Database) -> None:
        self._deadlines = db["deadlines"]

    async def prepare(self) -> None:
        """Indexes."""
        await self._deadlines.create_index("due")

    async def set(self, order_id: str, due: datetime) -> None:
        """Remember; a repeat keeps the first."""
        try:
            await self._deadlines.insert_one({"_id": order_id, "due": due})
        except DuplicateKeyError:
            return

    async def due(self, now: datetime) -> list[str]:
        """The earliest that have passed."""
        cursor = self._deadlines.find({"due": {"$lte": now}}, {"_id": 1}).sort("due").limit(AT_ONCE)
        return [d["_id"] async for d in cursor]

    async def drop(self, order_ids: list[str]) -> None:
        """These are dealt with."""
        await self._deadlines.delete_many({"_id": {"$in": order_ids}})
