"""Videos in MongoDB. Field names are those of their events."""

from __future__ import annotations

from catalog.domain.video import Anchor, Video
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "videos"


class MongoVideos(VersionedStore[Video]):
    """Implements `VideoStore`. Each event carries the whole video, so the outbox keeps those of the last change only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        documents = db[COLLECTION]
        super().__init__(Codec(read_video, write_video), recorder, lambda _: documents, replace_outbox=True)


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
        "anchors": [
            {
                "anchor_id": anchor.anchor_id,
                "title": anchor.title,
                "title_en": anchor.title_en,
                "mini_program_id": anchor.mini_program_id,
                "product_id": anchor.product_id,
                "start_ms": anchor.start_ms,
            }
            for anchor in video.anchors
        ],
    }


def read_video(document: Document) -> Video:
    """The video in a document. Documents may lack the English texts."""
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
        anchors=tuple(Anchor(**anchor) for anchor in document["anchors"]),
        version=document["version"],
    )
