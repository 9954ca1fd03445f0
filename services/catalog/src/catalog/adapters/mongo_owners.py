"""The owners that the catalog knows: a projection of the topic `owners`."""

from __future__ import annotations

from collections.abc import Sequence

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

    async def learn(self, events: Sequence[OwnerState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._documents, {event.owner_id: _document(event) for event in in_order})


def _document(event: OwnerState) -> Document:
    return {
        "name": event.name,
        "kind": event.kind,
        "status": event.status,
        "reasons": [reason.message for reason in event.reasons],
        "version": event.version,
    }
