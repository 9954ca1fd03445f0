"""Projections in MongoDB: the owners of mini programs, and which SKUs are low."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from contracts.catalog import MiniProgramState, StockLevelChanged
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoOwners:
    """Implements the port Owners on the collection `mini_programs`."""

    def __init__(self, db: Database) -> None:
        self._programs = db["mini_programs"]

    async def of_programs(self, mini_program_ids: Collection[str]) -> Mapping[str, str]:
        if not mini_program_ids:
            return {}
        found = self._programs.find({"_id": {"$in": list(mini_program_ids)}})
        return {document["_id"]: document["owner_id"] async for document in found}

    async def learn(self, events: Sequence[MiniProgramState]) -> None:
        in_order = sorted(events, key=lambda event: event.version)
        newest = {
            event.mini_program_id: {"owner_id": event.owner.owner_id, "version": event.version}
            for event in in_order
        }
        await keep_newest(self._programs, newest)


class MongoStockLevels:
    """Implements the port StockLevels on the collection `stock_levels`."""

    def __init__(self, db: Database) -> None:
        self._levels = db["stock_levels"]

    async def known(self, sku_ids: Collection[str]) -> Mapping[str, tuple[int, bool]]:
        found = self._levels.find({"_id": {"$in": list(sku_ids)}})
        return {document["_id"]: (document["version"], document["low"]) async for document in found}

    async def keep(self, levels: Mapping[str, StockLevelChanged]) -> None:
        newest = {
            sku_id: {
                "version": level.version,
                "low": level.low_at is not None and level.available <= level.low_at,
            }
            for sku_id, level in levels.items()
        }
        await keep_newest(self._levels, newest)
