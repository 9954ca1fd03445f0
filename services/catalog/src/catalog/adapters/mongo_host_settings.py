"""What hosts have set, in MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.mongo.client import Database
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown

COLLECTION = "host_settings"
SHOWN = Shown("host_settings", ("accepts_all",))


class MongoHostSettings:
    """Implements `HostSettingsStore`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._db = db
        self._documents = db[COLLECTION]
        self._actions = Actions(recorder, SHOWN)

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
        before, after = await self._documents.find_one({"_id": host_id}), {"accepts_all": accepts_all}

        async def write(session: AsyncClientSession | None) -> None:
            await self._documents.update_one({"_id": host_id}, {"$set": after}, upsert=True, session=session)

        change = Changed(host_id, before, {"_id": host_id, **after})
        await self._actions.write_with(self._db, write, change)
