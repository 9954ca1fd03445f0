"""The creators that the catalog knows: a projection of the topic `creators`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from contracts.identity import CreatorState
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest

COLLECTION = "creators"


class MongoCreators:
    """Implements `CreatorRegister`."""

    def __init__(self, db: Database) -> None:
        self._documents = db[COLLECTION]

    async def known(self, creator_ids: Collection[str]) -> set[str]:
        """Those of the creators that exist."""
        found = self._documents.find({"_id": {"$in": list(creator_ids)}}, {"_id": 1})
        return {document["_id"] async for document in found}

    async def learn(self, events: Sequence[CreatorState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        newest = {
            event.creator_id: {"name": event.name, "state": event.state, "version": event.version}
            for event in in_order
        }
        await keep_newest(self._documents, newest)
