"""The owners that the catalog knows: a projection of the topic `owners`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alike.names import KEY_EDITION, name_key
from catalog.domain.names import Holder
from catalog.domain.owner import Owner
from contracts.identity import OwnerState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

COLLECTION = "owners"


class MongoOwners:
    """Implements `OwnerRegister`."""

    def __init__(self, db: Database) -> None:
        self._documents = db[COLLECTION]

    async def get(self, owner_id: str) -> Owner | None:
        """The owner; None for one who never applied."""
        found = await self._documents.find_one({"_id": owner_id})
        if found is None:
            return None
        return Owner(owner_id, found["name"], found["kind"], found["status"], tuple(found["reasons"]))

    async def prepare(self) -> None:
        """Make the index of names, and bring the keys that an older version stored up to date."""
        await self._documents.create_index("name_key")
        async for owner in self._documents.find({"key_edition": {"$ne": KEY_EDITION}}):
            as_read = {"_id": owner["_id"], "version": owner["version"]}
            key = name_key(owner["name"])
            await self._documents.update_one(as_read, {"$set": {"name_key": key, "key_edition": KEY_EDITION}})

    async def brands(self, keys: Sequence[str], owner_ids: Collection[str]) -> list[Holder]:
        """The verified brands whose own name has one of these keys, or that are among these owners."""
        either = [{"name_key": {"$in": list(keys)}}, {"_id": {"$in": list(owner_ids)}}]
        found = self._documents.find({"status": "verified", "kind": "brand", "$or": either})
        return [Holder(one["name"], one["_id"], one["name"], is_protected=True) async for one in found]

    async def brands_within(self, keys: Sequence[str]) -> list[Holder]:
        """The verified brands whose key is part of one of these."""
        held = [{"$gte": [{"$indexOfCP": [key, "$name_key"]}, 0]} for key in keys]
        brands: Document = {"status": "verified", "kind": "brand", "name_key": {"$gt": ""}}
        found = self._documents.find(brands | {"$expr": {"$or": held}})
        return [Holder(one["name"], one["_id"], one["name"], is_protected=True) async for one in found]

    async def learn(self, events: Sequence[OwnerState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._documents, {event.owner_id: _document(event) for event in in_order})


def _document(event: OwnerState) -> Document:
    return {
        "name": event.name,
        "name_key": name_key(event.name),
        "key_edition": KEY_EDITION,
        "kind": event.kind,
        "status": event.status,
        "reasons": [reason.message for reason in event.reasons],
        "version": event.version,
    }
