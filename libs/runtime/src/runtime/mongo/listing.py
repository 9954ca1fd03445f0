"""Reads lists (`runtime.listing`) of a collection whose documents say in `changed_at` when they changed last.

An index that starts with the fields of the list's condition and ends with ORDER serves lists by change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DocumentTooLarge

from runtime.clock import Clock
from runtime.ids import NewId
from runtime.listing import Asked, ById, ChangedSince, ListingGone, ListingTooLong, Part
from runtime.mongo.client import Database, Document

CHANGED_AT = "changed_at"
ORDER = [(CHANGED_AT, ASCENDING), ("_id", ASCENDING)]
LISTINGS = "listings"
"""The ids of each listing by change that has more than one page."""
KEPT = timedelta(minutes=30)
MAX_LISTED = 150_000
"""Ids of at most 64 bytes, which fit into one document of 16 MB."""


class Listings:
    """Keeps what the first page of a list by change fixed for the pages after it."""

    def __init__(self, db: Database, clock: Clock, new_id: NewId) -> None:
        self._listings = db[LISTINGS]
        self._clock = clock
        self._new_id = new_id

    async def prepare(self) -> None:
        """Let listings expire; idempotent."""
        await self._listings.create_index("at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def page(
        self, asked: ChangedSince, limit: int, find: Callable[[int], Awaitable[list[str]]]
    ) -> Part[str]:
        """The ids of a page. `find` gives for the first one all ids in order, at most as many as it is told.

        Raises ListingGone and ListingTooLong.
        """
        if not asked.listing_id:
            asked, ids = await self._first(asked, limit, find)
        else:
            ids = await self._rest(asked, limit)
        return Part(ids[:limit], replace(asked, offset=asked.offset + limit) if len(ids) > limit else None)

    async def _first(
        self, asked: ChangedSince, limit: int, find: Callable[[int], Awaitable[list[str]]]
    ) -> tuple[ChangedSince, list[str]]:
        ids = await find(MAX_LISTED + 1)
        if len(ids) > MAX_LISTED:
            raise ListingTooLong
        listing_id = self._new_id()
        if len(ids) > limit:
            listing = {"listing_id": listing_id, "ids": ids, "at": self._clock()}
            try:
                await self._listings.replace_one({"_id": asked.place}, listing, upsert=True)
            except DocumentTooLarge:
                raise ListingTooLong from None
        return replace(asked, listing_id=listing_id), ids

    async def _rest(self, asked: ChangedSince, limit: int) -> list[str]:
        part: dict[str, Any] = {"ids": {"$slice": [asked.offset, limit + 1]}}
        found = await self._listings.find_one({"_id": asked.place, "listing_id": asked.listing_id}, part)
        if found is None:
            raise ListingGone
        return list(found["ids"])


class ListedDocuments:
    """Lists documents of one collection, without the fields in `hidden`. Their unique field `by` is what ById means."""

    def __init__(
        self,
        db: Database,
        collection: AsyncCollection[Document],
        clock: Clock,
        new_id: NewId,
        hidden: tuple[str, ...],
        by: str = "_id",
    ) -> None:
        self._listings = Listings(db, clock, new_id)
        self._documents = collection
        self._clock = clock
        self._fields = dict.fromkeys(hidden, 0)
        self._by = by

    async def prepare(self) -> None:
        """Let listings expire, and date documents that were stored without a time of change: by their creation, or as changed
        at present, if nobody knows."""
        await self._listings.prepare()
        undated = {CHANGED_AT: {"$exists": False}}
        created = {"$ifNull": ["$created_at", self._clock()]}
        await self._documents.update_many(undated, [{"$set": {CHANGED_AT: created}}])

    async def page(self, wanted: Document, asked: Asked, limit: int) -> Part[Document]:
        """At most `limit` documents that are `wanted`. With ChangedSince, none comes twice and none is missing, whatever changes
        in between; raises ListingGone and ListingTooLong."""
        if isinstance(asked, ById):
            return await self._by_id(wanted, asked, limit)

        async def find(most: int) -> list[str]:
            query = {"$and": [wanted, {CHANGED_AT: {"$gte": asked.since}}]}
            found = self._documents.find(query, {"_id": 1}).sort(ORDER).limit(most)
            return [document["_id"] async for document in found]

        shown = await self._listings.page(asked, limit, find)
        found = self._documents.find({"$and": [wanted, {"_id": {"$in": shown.items}}]}, self._fields)
        documents = {document["_id"]: document async for document in found}
        return Part([documents[key] for key in shown.items if key in documents], shown.following)

    async def _by_id(self, wanted: Document, asked: ById, limit: int) -> Part[Document]:
        query = wanted if asked.after is None else {"$and": [wanted, {self._by: {"$gt": asked.after}}]}
        found = self._documents.find(query, self._fields).sort(self._by, ASCENDING).limit(limit + 1)
        documents = [document async for document in found]
        shown = documents[:limit]
        return Part(shown, ById(shown[-1][self._by]) if len(documents) > limit else None)
