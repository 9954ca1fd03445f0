"""Uploaded pictures and who uploaded them, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pymongo.asynchronous.client_session import AsyncClientSession

from catalog.domain.picture import Picture
from runtime.mongo.client import Database, Document
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown

COLLECTION = "pictures"
SHOWN = Shown("picture", ("width", "height"))


class MongoPictures:
    """Implements `PictureRegister`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._db = db
        self._pictures = db[COLLECTION]
        self._actions = Actions(recorder, SHOWN)

    async def add(self, owner_id: str, picture: Picture) -> None:
        """The owner uploaded the picture; idempotent."""
        size = {"width": picture.width, "height": picture.height}
        update = {"$set": size, "$addToSet": {"owners": owner_id}}

        async def write(session: AsyncClientSession | None) -> None:
            await self._pictures.update_one({"_id": picture.sha256}, update, upsert=True, session=session)

        await self._actions.write_with(self._db, write, await self._changed(owner_id, picture.sha256, size))

    async def take(self, owner_id: str, sha256: str) -> Picture | None:
        """The picture, from now on the owner's too; None if it was never uploaded."""
        known = await self._pictures.find_one({"_id": sha256})
        if known is None:
            return None
        update = {"$addToSet": {"owners": owner_id}}

        async def write(session: AsyncClientSession | None) -> None:
            await self._pictures.update_one({"_id": sha256}, update, session=session)

        await self._actions.write_with(self._db, write, await self._changed(owner_id, sha256, {}))
        return Picture(sha256, known["width"], known["height"])

    async def _changed(self, owner_id: str, sha256: str, size: Document) -> Changed:
        """For the audit log: the picture is the owner's too."""
        before = await self._pictures.find_one({"_id": sha256})
        owners = [*(before or {}).get("owners", ())]
        is_new = owner_id not in owners
        after = {"_id": sha256, **(before or {}), **size, "owners": [*owners, owner_id] if is_new else owners}
        return Changed(sha256, before, after)

    async def owners(self, sha256s: Collection[str]) -> Mapping[str, Collection[str]]:
        """Who uploaded each of the pictures that exist."""
        found = self._pictures.find({"_id": {"$in": list(sha256s)}}, {"owners": 1})
        return {document["_id"]: document["owners"] async for document in found}
