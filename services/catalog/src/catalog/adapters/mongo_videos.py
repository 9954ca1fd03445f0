"""Videos in MongoDB. Field names are those of their events."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING

from catalog.domain.video import Anchor, Title, Video
from runtime.listing import Asked, ChangedSince, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments, Listings
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "videos"
SHOWN = Shown("video", ("host_id", "title", "title_en", "cover_url", "duration_ms", "anchors", "deleted"))


class MongoVideos(VersionedStore[Video]):
    """Implements `VideoStore`. Each event carries the whole video, so the outbox keeps those of the last change only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._documents, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )
        self._listings = Listings(db, recorder.clock, recorder.new_id)
        super().__init__(
            Codec(read_video, lambda video: write_video(video) | {CHANGED_AT: recorder.clock()}),
            recorder,
            lambda _: self._documents,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def page(self, creator_id: str, asked: Asked, limit: int) -> Part[Video]:
        """At most `limit` of the creator's videos that are not deleted."""
        wanted: Document = {"creator_id": creator_id, "deleted": {"$ne": True}}
        return (await self._lists.page(wanted, asked, limit)).each(read_video)

    async def changed_titles(self, asked: ChangedSince, limit: int) -> Part[tuple[Video, str]]:
        """At most `limit` anchors' titles that wait, each by its video and the anchor's id, as the videos changed."""
        waiting = {"has_waiting_title": True, CHANGED_AT: {"$gte": asked.since}}

        async def find(most: int) -> list[str]:
            found = self._documents.find(waiting, {OUTBOX_FIELD: 0}).sort(ORDER).limit(most)
            videos = [read_video(document) async for document in found]
            return [f"{video.video_id} {anchor_id}" for video in videos for anchor_id in _waiting(video)][
                :most
            ]

        page = await self._listings.page(asked, limit, find)
        places = [
            (video_id, anchor_id) for video_id, _, anchor_id in (key.partition(" ") for key in page.items)
        ]
        videos = await self.get_many({video_id for video_id, _ in places})
        return Part(
            [(videos[key], anchor_id) for key, anchor_id in places if anchor_id in _waiting(videos[key])],
            page.following,
        )

    async def with_waiting_titles(self, first: str, limit: int) -> list[Video]:
        """At most `limit` videos with an anchor's title that waits, in order of their ids, from `first` on."""
        return await self._read({"has_waiting_title": True, "_id": {"$gte": first}}, limit)

    async def _read(self, wanted: Document, limit: int) -> list[Video]:
        found = self._documents.find(wanted, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [read_video(document) async for document in found]

    async def prepare(self) -> None:
        """Make the indexes of the lists."""
        await self._lists.prepare()
        await self._documents.create_index([("creator_id", ASCENDING), *ORDER])
        await self._documents.create_index([("creator_id", ASCENDING), ("_id", ASCENDING)])
        await self._documents.create_index(
            [("has_waiting_title", ASCENDING), ("_id", ASCENDING)],
            partialFilterExpression={"has_waiting_title": True},
        )
        await self._documents.create_index(
            [("has_waiting_title", ASCENDING), *ORDER], partialFilterExpression={"has_waiting_title": True}
        )


def _waiting(video: Video) -> list[str]:
    """The ids of the anchors whose titles wait, in order."""
    return sorted(anchor.anchor_id for anchor in video.anchors if anchor.waiting is not None)


def write_video(video: Video) -> Document:
    """The fields of its document, without `created_at`."""
    return {
        "_id": video.video_id,
        "version": video.version,
        "host_id": video.host_id,
        "creator_id": video.creator_id,
        "creator_name": video.creator_name,
        "creator_name_en": video.creator_name_en,
        "title": video.title,
        "title_en": video.title_en,
        "cover_url": video.cover_url,
        "duration_ms": video.duration_ms,
        "anchors": [_write_anchor(anchor) for anchor in video.anchors],
        "has_waiting_title": any(anchor.waiting is not None for anchor in video.anchors),
        "deleted": video.deleted,
    }


def _write_anchor(anchor: Anchor) -> Document:
    written = {
        "anchor_id": anchor.anchor_id,
        "title": anchor.title,
        "title_en": anchor.title_en,
        "mini_program_id": anchor.mini_program_id,
        "product_id": anchor.product_id,
        "start_ms": anchor.start_ms,
        "rejected_for": anchor.rejected_for,
    }
    if anchor.waiting is not None:
        written["waiting"] = {"title": anchor.waiting.zh, "title_en": anchor.waiting.en}
    return written


def read_video(document: Document) -> Video:
    """The video in a document. Documents may lack the English texts, and what review and deletion added."""
    return Video(
        video_id=document["_id"],
        host_id=document["host_id"],
        creator_id=document["creator_id"],
        creator_name=document["creator_name"],
        creator_name_en=document.get("creator_name_en", ""),
        title=document["title"],
        title_en=document.get("title_en", ""),
        cover_url=document["cover_url"],
        duration_ms=document["duration_ms"],
        anchors=tuple(_read_anchor(anchor) for anchor in document["anchors"]),
        version=document["version"],
        deleted=document.get("deleted", False),
    )


def _read_anchor(written: dict[str, Any]) -> Anchor:
    waiting = written.get("waiting")
    title = Title(waiting["title"], waiting["title_en"]) if waiting is not None else None
    return Anchor(**(written | {"waiting": title}))
