"""Keeps a replica's read model complete: one load at the start, then the change stream of the catalog's own database.

Another replica's change shows when the next poll finds it; a replica's own writes show at once. While the stream is
interrupted, pages are served from memory, `Freshness` says for how long, and the stream resumes where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from pymongo.errors import PyMongoError

from catalog.adapters import (
    mongo_creators,
    mongo_mini_programs,
    mongo_products,
    mongo_promotions,
    mongo_testers,
    mongo_videos,
)
from catalog.adapters.changed_levels import ChangedLevels
from catalog.adapters.mongo_level_position import MongoLevelPosition
from catalog.application.read_model.freshness import Freshness
from catalog.application.read_model.shelf import Shelf
from catalog.domain.stock import StockLevel
from runtime.errors import is_unavailable
from runtime.mongo.change_stream import HistoryLost, at_interval, operation_time, poll
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import OUTBOX_FIELD

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 0.2
"""How late a page may show a change of another replica."""
BACKOFF_SECONDS = 0.2
STOCK = "stock"
AGGREGATES = (
    mongo_mini_programs.COLLECTION,
    mongo_products.COLLECTION,
    mongo_videos.COLLECTION,
    mongo_promotions.COLLECTION,
    mongo_creators.COLLECTION,
    mongo_testers.COLLECTION,
)
LEVEL_FIELDS = {"product_id": 1, "mini_program_id": 1, "available": 1, "version": 1}
_SOLD_ONLY = {
    "ns.coll": STOCK,
    "operationType": "update",
    "updateDescription.updatedFields.available": {"$exists": False},
}
PIPELINE: list[Document] = [
    {
        "$match": {
            "ns.coll": {"$in": [*AGGREGATES, STOCK]},
            "operationType": {"$in": ["insert", "update", "replace"]},
            "$nor": [_SOLD_ONLY],
        }
    },
    {
        "$project": {
            "ns.coll": 1,
            "documentKey": 1,
            **{f"fullDocument.{name}": 1 for name in LEVEL_FIELDS},
            "updateDescription.updatedFields.available": 1,
            "updateDescription.updatedFields.version": 1,
        }
    },
]
"""Of stock the levels themselves; of aggregates only that they changed, because they are read again as a whole."""


class ChangeStreamReader:
    """Fills the shelf and keeps it complete; marks the levels that are to be published."""

    def __init__(
        self,
        db: Database,
        shelf: Shelf,
        freshness: Freshness,
        levels: ChangedLevels,
        position: MongoLevelPosition,
    ) -> None:
        self._db = db
        self._shelf = shelf
        self._freshness = freshness
        self._levels = levels
        self._position = position
        self._put: dict[str, Callable[[Document], None]] = {
            mongo_mini_programs.COLLECTION: self._put_mini_program,
            mongo_products.COLLECTION: self._put_product,
            mongo_videos.COLLECTION: self._put_video,
            mongo_promotions.COLLECTION: self._put_promotion,
            mongo_creators.COLLECTION: self._put_creator,
            mongo_testers.COLLECTION: self._put_testers,
        }

    async def load(self) -> None:
        """Read everything. The stream starts where levels were last published, so later changes are marked."""
        stored = await self._position.load()
        self._levels.position = stored or {"start_at_operation_time": await operation_time(self._db)}
        await self._read_all()
        self._freshness.complete()

    async def run(self) -> None:
        """Follow the stream endlessly, also through outages."""
        while True:
            try:
                await self._follow()
            except HistoryLost:
                log.warning("the change history does not reach back; everything is read again")
                self._levels.position = {"start_at_operation_time": await operation_time(self._db)}
                await self._read_all()
                self._levels.mark(self._shelf.levels)
            except PyMongoError as error:
                if not is_unavailable(error):
                    raise
                log.warning("pages miss changes at the moment", extra={"error": type(error).__name__})
                await asyncio.sleep(BACKOFF_SECONDS)

    async def _read_all(self) -> None:
        for name, put in self._put.items():
            async for document in self._db[name].find({}, {OUTBOX_FIELD: 0}):
                put(document)
        async for document in self._db[STOCK].find({}, LEVEL_FIELDS):
            self._put_level(document["_id"], document)

    async def _follow(self) -> None:
        await operation_time(self._db)  # fails if the database is unavailable; opening the stream may not
        following = False
        try:
            async with aclosing(
                poll(self._db, PIPELINE, self._levels.position, at_interval(POLL_INTERVAL_SECONDS))
            ) as polls:
                self._freshness.following()
                following = True
                async for found in polls:
                    await self._apply(found.changes)
                    self._levels.position = {"resume_after": found.token}
        finally:
            if following:
                self._freshness.complete()

    async def _apply(self, changes: list[Document]) -> None:
        changed: defaultdict[str, set[str]] = defaultdict(set)
        for change in changes:
            collection, identifier = change["ns"]["coll"], change["documentKey"]["_id"]
            if collection == STOCK:
                self._put_level(
                    identifier, change.get("fullDocument") or change["updateDescription"]["updatedFields"]
                )
                self._levels.mark((identifier,))
            else:
                changed[collection].add(identifier)
        for collection, identifiers in changed.items():
            wanted = {"_id": {"$in": list(identifiers)}}
            async for document in self._db[collection].find(wanted, {OUTBOX_FIELD: 0}):
                self._put[collection](document)

    def _put_mini_program(self, document: Document) -> None:
        self._shelf.put_mini_program(mongo_mini_programs.read_mini_program(document))

    def _put_product(self, document: Document) -> None:
        self._shelf.put_product(mongo_products.read_product(document), document["created_at"])

    def _put_video(self, document: Document) -> None:
        self._shelf.put_video(mongo_videos.read_video(document))

    def _put_promotion(self, document: Document) -> None:
        self._shelf.put_promotion(mongo_promotions.read_promotion(document))

    def _put_testers(self, document: Document) -> None:
        self._shelf.put_testers(mongo_testers.read_testers(document))

    def _put_creator(self, document: Document) -> None:
        suspended = document["state"] == "suspended"
        self._shelf.put_creator(document["_id"], document["version"], suspended=suspended)

    def _put_level(self, sku_id: str, fields: dict[str, Any]) -> None:
        self._shelf.put_level(
            StockLevel(
                sku_id,
                fields["available"],
                fields["version"],
                fields.get("product_id", ""),
                fields.get("mini_program_id", ""),
            )
        )
