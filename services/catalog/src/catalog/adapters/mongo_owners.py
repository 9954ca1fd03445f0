"""The owners that the catalog knows, in MongoDB."""

from __future__ import annotations

from catalog.domain.owner import Owner
from runtime.mongo.client import Database

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
        return Owner(
            owner_id, found["name"], found["kind"], found["status"], found["name_en"], tuple(found["reasons"])
        )
