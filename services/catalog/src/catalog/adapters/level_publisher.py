"""Publishes stock levels: merged, the newest number of each SKU every half second.

All replicas mark the levels that changed. The one that holds the lease publishes them, then stores how far the change stream
was read. A replica that takes over publishes what it marked in the last minute; the first one after a stop goes on from the
stored position. So a level may be published twice (with the same event id and version), and none is lost.
"""

from __future__ import annotations

import asyncio
import logging

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from catalog.adapters.changed_levels import ChangedLevels
from catalog.adapters.mongo_level_position import MongoLevelPosition
from catalog.application.contracts_out import stock_level_changed
from catalog.application.read_model.shelf import Shelf
from runtime.clock import Clock
from runtime.errors import is_unavailable
from runtime.kafka.publisher import Publisher, Record
from runtime.mongo.lease import Lease
from runtime.outbox.recorder import direct_record

log = logging.getLogger(__name__)

PUBLISH_INTERVAL_SECONDS = 0.5
MAX_BATCH = 1000


class LevelPublisher:
    """Publishes StockLevelChanged from the read model's levels."""

    def __init__(
        self,
        shelf: Shelf,
        changed: ChangedLevels,
        position: MongoLevelPosition,
        lease: Lease,
        publisher: Publisher,
        clock: Clock,
        prefix: str,
    ) -> None:
        self._shelf = shelf
        self._changed = changed
        self._position = position
        self._lease = lease
        self._publisher = publisher
        self._clock = clock
        self._prefix = prefix

    async def run(self) -> None:
        """Publish endlessly while this replica holds the lease, also through outages."""
        renew_interval = self._lease.length.total_seconds() / 3
        leads, acquired_at = False, float("-inf")
        while True:
            now = asyncio.get_running_loop().time()
            try:
                if now - acquired_at >= renew_interval:
                    leads, acquired_at = await self._lease.acquire(), now
                if leads:
                    await self.publish()
                else:
                    self._changed.drop_old()
            except (PyMongoError, KafkaError) as error:
                if not is_unavailable(error):
                    raise
                log.warning("stock levels are not published", extra={"error": type(error).__name__})
            await asyncio.sleep(PUBLISH_INTERVAL_SECONDS)

    async def publish(self) -> None:
        """Publish what changed; what could not be published stays marked, as does what is left when the lease is lost."""
        position, sku_ids = self._changed.position, self._changed.take()
        try:
            for start in range(0, len(sku_ids), MAX_BATCH):
                if not await self._lease.keep():
                    self._changed.mark(sku_ids[start:])
                    return
                await self._publisher.publish([self._record(s) for s in sku_ids[start : start + MAX_BATCH]])
        except BaseException:
            self._changed.mark(sku_ids)
            raise
        await self._position.save(position)

    def _record(self, sku_id: str) -> Record:
        level = self._shelf.levels[sku_id]
        event_id = f"{sku_id}.{level.version}"
        return direct_record(
            stock_level_changed(level, self._shelf.low_at(level)),
            event_id=event_id,
            at=self._clock(),
            prefix=self._prefix,
        )
