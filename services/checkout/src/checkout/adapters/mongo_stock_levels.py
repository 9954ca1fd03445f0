"""How many pieces of each SKU are available: checkout's own projection of the stream of stock levels.

It may be stale: it marks lines of a cart, and catalog, which reserves the stock, decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import StockLevelChanged
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoStockLevels:
    """Implements the port StockLevels."""

    def __init__(self, db: Database) -> None:
        self._levels = db["stock_levels"]

    async def find(self, sku_ids: Sequence[str]) -> dict[str, int]:
        found = self._levels.find({"_id": {"$in": list(sku_ids)}}, {"available": 1})
        return {document["_id"]: document["available"] async for document in found}

    async def learn(self, levels: Sequence[StockLevelChanged]) -> None:
        in_order = sorted(levels, key=lambda level: level.version)
        newest = {
            level.sku_id: {"available": level.available, "version": level.version} for level in in_order
        }
        await keep_newest(self._levels, newest)
