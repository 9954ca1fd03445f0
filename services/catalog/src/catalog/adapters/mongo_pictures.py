"""Uploaded pictures and who uploaded them, in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pymongo import ReturnDocument

from catalog.domain.picture import Picture
from runtime.mongo.client import Database

COLLECTION = "pictures"


class MongoPictures:
    """Implements `PictureRegister`."""

    def __init__(self, db: Database) -> None:
        self._pictures = db[COLLECTION]

    async def add(self, owner_id: str, picture: Picture) -> None:
        """The owner uploaded the picture; idempotent."""
        size = {"width": picture.width, "height": picture.height}
        await self._pictures.update_one(
            {"_id": picture.sha256}, {"$set": size, "$addToSet": {"owners": owner_id}}, upsert=True
        )

    async def take(self, owner_id: str, sha256: str) -> Picture | None:
        """The picture, from now on the owner's too; None if it was never uploaded."""
        found = await self._pictures.find_one_and_update(
            {"_id": sha256}, {"$addToSet": {"owners": owner_id}}, return_document=ReturnDocument.AFTER
        )
        return Picture(sha256, found["width"], found["height"]) if found is not None else None

    async def owners(self, sha256s: Collection[str]) -> Mapping[str, Collection[str]]:
        """Who uploaded each of the pictures that exist."""
        found = self._pictures.find({"_id": {"$in": list(sha256s)}}, {"owners": 1})
        return {document["_id"]: document["owners"] async for document in found}
