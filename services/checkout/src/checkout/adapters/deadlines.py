"""When orders must be paid: one collection for all mini programs, so that finding what is due is one query.

They are taken from checkout's own stream of orders, many in one write: an order that is durable is in the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from runtime.delivery import Delivery
from runtime.mongo import Database
from runtime.projections import keep_newest

AT_ONCE = 200


class Deadlines:
    """Deadlines by order id."""

    def __init__(self, db: Database) -> None:
        self._deadlines = db["deadlines"]

    async def prepare(self) -> None:
        """Indexes."""
        await self._deadlines.create_index("due")

    async def on_placed(self, deliveries: Sequence[Delivery]) -> None:
        """Remember when each order must be paid. A repeat that comes after the deadline was dealt with is dealt with again."""
        events = [delivery.event for delivery in deliveries]
        await keep_newest(
            self._deadlines, {e.order_id: {"version": e.version, "due": e.expires_at} for e in events}
        )

    async def due(self, now: datetime) -> list[str]:
        """The earliest that have passed."""
        cursor = self._deadlines.find({"due": {"$lte": now}}, {"_id": 1}).sort("due").limit(AT_ONCE)
        return [d["_id"] async for d in cursor]

    async def drop(self, order_ids: list[str]) -> None:
        """These are dealt with."""
        await self._deadlines.delete_many({"_id": {"$in": order_ids}})
