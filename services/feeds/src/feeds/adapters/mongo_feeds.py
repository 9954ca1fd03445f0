"""Feeds in MongoDB."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import ASCENDING

from feeds.application.ports import Fetched
from feeds.domain.feed import Feed, FeedTerms
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "feeds"
SHOWN = Shown(
    "feed",
    (
        "terms.name",
        "terms.format",
        "terms.mode",
        "terms.every",
        "terms.max_rejected_percent",
        "terms.default_stock",
    ),
)
"""Not the address: it may hold a key of the owner's shop."""


class MongoFeeds(VersionedStore[Feed]):
    """Implements `FeedStore`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._feeds = db[COLLECTION]
        super().__init__(Codec(_read, _write), recorder, lambda _: self._feeds, shown=SHOWN)

    async def prepare(self) -> None:
        """Make the indexes of the lists."""
        await self._feeds.create_index([("mini_program_id", ASCENDING), ("_id", ASCENDING)])
        await self._feeds.create_index([("terms.every", ASCENDING)], sparse=True)

    async def of_mini_program(self, mini_program_id: str, after: str | None, limit: int) -> list[Feed]:
        """At most `limit` feeds in order of their ids, from the one after `after`."""
        query: Document = {"mini_program_id": mini_program_id, "_id": {"$gt": after or ""}}
        return [_read(d) async for d in self._feeds.find(query, {OUTBOX_FIELD: 0}).sort("_id").limit(limit)]

    async def scheduled(self) -> list[Feed]:
        """The feeds with a schedule."""
        return [_read(d) async for d in self._feeds.find({"terms.every": {"$gt": 0}}, {OUTBOX_FIELD: 0})]


class MongoValidators:
    """Implements `Validators`: collection `fetched`."""

    def __init__(self, db: Database) -> None:
        self._fetched = db["fetched"]

    async def get(self, feed: Feed) -> Fetched | None:
        """What the address said when the feed was last applied, if its description is still the same."""
        found = await self._fetched.find_one({"_id": feed.feed_id, "version": feed.version})
        return Fetched(found["etag"], found["last_modified"]) if found is not None else None

    async def put(self, feed: Feed, fetched: Fetched) -> None:
        """Keep what it said now; idempotent."""
        kept = {"version": feed.version, **asdict(fetched)}
        await self._fetched.replace_one({"_id": feed.feed_id}, kept, upsert=True)


def _write(feed: Feed) -> Document:
    return {
        "_id": feed.feed_id,
        "mini_program_id": feed.mini_program_id,
        "owner_id": feed.owner_id,
        "terms": asdict(feed.terms),
        "version": feed.version,
    }


def _read(document: Document) -> Feed:
    return Feed(
        feed_id=document["_id"],
        mini_program_id=document["mini_program_id"],
        owner_id=document["owner_id"],
        terms=read_as(FeedTerms, document["terms"]),
        version=document["version"],
    )
