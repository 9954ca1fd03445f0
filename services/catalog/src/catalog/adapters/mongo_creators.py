"""The creators that the catalog knows: a projection of the topic `creators`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alike.names import KEY_EDITION, name_key
from contracts.identity import CreatorState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

COLLECTION = "creators"


class MongoCreators:
    """Implements `CreatorRegister`."""

    def __init__(self, db: Database) -> None:
        self._documents = db[COLLECTION]

    async def prepare(self) -> None:
        """Make the index of names, and bring the keys that an older version stored up to date."""
        await self._documents.create_index("name_key")
        async for creator in self._documents.find({"key_edition": {"$ne": KEY_EDITION}}):
            as_read = {"_id": creator["_id"], "version": creator["version"]}
            key = name_key(creator["name"])
            await self._documents.update_one(as_read, {"$set": {"name_key": key, "key_edition": KEY_EDITION}})

    async def known(self, creator_ids: Collection[str]) -> set[str]:
        """Those of the creators that exist."""
        found = self._documents.find({"_id": {"$in": list(creator_ids)}}, {"_id": 1})
        return {document["_id"] async for document in found}

    async def name(self, creator_id: str) -> str | None:
        """The name under which the creator is registered; None for one that is not known."""
        found = await self._documents.find_one({"_id": creator_id}, {"name": 1})
        return str(found["name"]) if found is not None else None

    async def named(self, keys: Collection[str]) -> set[str]:
        """Those of the keys under whose name a creator is registered."""
        return set(await self._documents.distinct("name_key", {"name_key": {"$in": list(keys)}}))

    async def learn(self, events: Sequence[CreatorState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._documents, {event.creator_id: _document(event) for event in in_order})


def _document(event: CreatorState) -> Document:
    return {
        "name": event.name,
        "name_key": name_key(event.name),
        "key_edition": KEY_EDITION,
        "state": event.state,
        "version": event.version,
    }
