"""What hosts have set, in MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from runtime.mongo.client import Database

COLLECTION = "host_settings"


class MongoHostSettings:
    """Implements `HostSettingsStore`."""

    def __init__(self, db: Database) -> None:
        self._documents = db[COLLECTION]

    async def accepts_all(self, host_id: str) -> bool:
        """Whether the host takes every mini program."""
        return host_id in await self.accepting([host_id])

    async def accepting(self, host_ids: Iterable[str]) -> set[str]:
        """Those of the hosts that take every mini program."""
        wanted = set(host_ids)
        by_hand = self._documents.find({"_id": {"$in": list(wanted)}, "accepts_all": False}, {"_id": 1})
        return wanted - {document["_id"] async for document in by_hand}

    async def put(self, host_id: str, *, accepts_all: bool) -> None:
        """Store the host's choice."""
        await self._documents.update_one(
            {"_id": host_id}, {"$set": {"accepts_all": accepts_all}}, upsert=True
        )
