"""Tells the others how many of each SKU are available: coalesced, the newest number every half second.

The replicas' shelves all mark what changed; the one that holds the lease publishes, then stores how far the change stream had
been taken. A replica that takes over publishes what it has marked in the last minute; the first one after a stop goes on from
the stored position. So a level may be told twice (same event id, same version), and none is lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from catalog.pages.shelf import Shelf
from contracts.catalog import StockLevelChanged
from runtime.clock import Clock
from runtime.errors import is_unavailable
from runtime.kafka.publisher import Publisher, Record
from runtime.mongo.client import Database, Document
from runtime.mongo.lease import Lease
from runtime.outbox.recorder import direct_record

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.5
REMEMBER_SECONDS = 60.0
"""Ten times the lease: longer than any other replica can have been publishing for us without saying so."""
STORE_EVERY_SECONDS = 5.0
"""A crash tells again what changed in this time, as it stands then."""
AT_ONCE = 1000
POSITION = "stock-levels"


class ChangedLevels:
    """SKUs whose level changed and may not have been told yet, and the position in the change stream that they stand for."""

    def __init__(self, db: Database, now: Callable[[], float] = time.monotonic) -> None:
        self._positions = db["positions"]
        self._now = now
        self._marked: dict[str, float] = {}
        self._stored: Document | None = None
        self._stored_at = float("-inf")
        self.position: Document = {}

    def mark(self, sku_ids: Iterable[str]) -> None:
        """These changed now; the latest mark counts."""
        now = self._now()
        for sku_id in sku_ids:
            self._marked.pop(sku_id, None)
            self._marked[sku_id] = now

    def take(self) -> list[str]:
        """The SKUs to tell, oldest mark first; they are no longer marked."""
        taken = list(self._marked)
        self._marked.clear()
        return taken

    def forget_old(self) -> None:
        """Drop what whoever holds the lease must long have told."""
        limit = self._now() - REMEMBER_SECONDS
        while self._marked and self._marked[oldest := next(iter(self._marked))] < limit:
            del self._marked[oldest]

    async def stored_position(self) -> Document | None:
        """Up to where all levels have been told; None at the very first start."""
        document = await self._positions.find_one({"_id": POSITION})
        return document["position"] if document is not None else None

    async def store_position(self, position: Document) -> None:
        """Everything up to here has been told; kept now and then."""
        now = self._now()
        if position != self._stored and now - self._stored_at >= STORE_EVERY_SECONDS:
            await self._positions.update_one({"_id": POSITION}, {"$set": {"position": position}}, upsert=True)
            self._stored, self._stored_at = position, now


class LevelPublisher:
    """Publishes StockLevelChanged from the shelf's numbers."""

    def __init__(
        self,
        shelf: Shelf,
        changed: ChangedLevels,
        lease: Lease,
        publisher: Publisher,
        clock: Clock,
        prefix: str,
    ) -> None:
        self._shelf = shelf
        self._changed = changed
        self._lease = lease
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix

    async def run(self) -> None:
        """Publish for ever while this replica holds the lease, through interruptions."""
        renew_every = self._lease.length.total_seconds() / 3
        leads, asked = False, float("-inf")
        while True:
            now = asyncio.get_running_loop().time()
            try:
                if now - asked >= renew_every:
                    leads, asked = await self._lease.acquire(), now
                if leads:
                    await self.publish()
                else:
                    self._changed.forget_old()
            except (PyMongoError, KafkaError) as fault:
                if not is_unavailable(fault):
                    raise
                log.warning("stock levels wait", extra={"fault": type(fault).__name__})
            await asyncio.sleep(EVERY_SECONDS)

    async def publish(self) -> None:
        """Tell what changed; what could not be told stays marked."""
        position, sku_ids = self._changed.position, self._changed.take()
        try:
            for start in range(0, len(sku_ids), AT_ONCE):
                await self._publisher.publish([self._record(s) for s in sku_ids[start : start + AT_ONCE]])
        except BaseException:
            self._changed.mark(sku_ids)
            raise
        await self._changed.store_position(position)

    def _record(self, sku_id: str) -> Record:
        level = self._shelf.levels[sku_id]
        event = StockLevelChanged(
            version=level.version,
            sku_id=sku_id,
            product_id=level.product_id,
            mini_program_id=level.mini_program_id,
            available=level.available,
        )
        event_id = f"{sku_id}.{level.version}"
        return direct_record(event, event_id=event_id, at=self._clock(), prefix=self._prefix)
