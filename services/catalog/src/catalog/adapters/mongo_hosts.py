"""The hosts that the catalog knows: a projection of the topic `hosts`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catalog.application.hosts import HostStatus
from contracts.identity import HostState
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest

COLLECTION = "hosts"


class MongoHosts:
    """Implements `HostRegister`."""

    def __init__(self, db: Database) -> None:
        self._documents = db[COLLECTION]

    async def states(self, host_ids: Collection[str]) -> dict[str, HostStatus]:
        """The state of each of the hosts that exists."""
        found = self._documents.find({"_id": {"$in": list(host_ids)}}, {"state": 1})
        return {document["_id"]: document["state"] async for document in found}

    async def learn(self, events: Sequence[HostState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        newest = {
            event.host_id: {"name": event.name, "state": event.state, "version": event.version}
            for event in in_order
        }
        await keep_newest(self._documents, newest)
