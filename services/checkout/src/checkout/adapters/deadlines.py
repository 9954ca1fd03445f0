"""When orders must be paid: one collection for all mini programs, so that finding what is due is one query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from runtime.bulk import insert_new
from runtime.mongo import Database, Document

AT_ONCE = 200


class Deadlines:
    """Deadlines by order id."""

    def __init__(self, db: Database) -> None:
        self._deadlines = db["deadlines"]

    async def prepare(self) -> None:
        """Indexes."""
        await self._deadlines.create_index("due")

    async def remember(self, orders: Sequence[Document]) -> None:
        """When each of these must be paid. Comes before they are stored: one that then is not stored is nobody's, and is dropped
        when it is due; an order without its deadline would hold stock for ever."""
        await insert_new(
            self._deadlines, [{"_id": order["_id"], "due": order["expires_at"]} for order in orders]
        )

    async def due(self, now: datetime) -> list[str]:
        """The earliest that have passed."""
        cursor = self._deadlines.find({"due": {"$lte": now}}, {"_id": 1}).sort("due").limit(AT_ONCE)
        return [d["_id"] async for d in cursor]

    async def drop(self, order_ids: list[str]) -> None:
        """These are dealt with."""
        await self._deadlines.delete_many({"_id": {"$in": order_ids}})
