"""Drafts and versions of mini programs in MongoDB, one document for each mini program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from catalog.adapters.mongo_mini_programs import (
    read_categories,
    read_sections,
    write_categories,
    write_sections,
)
from catalog.domain.content import Content
from catalog.domain.version_history import HostDecision, Reason, Status, Version, VersionHistory
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "version_histories"
SHOWN = Shown(
    "mini_program_versions",
    ("draft", "versions.*.version_id", "versions.*.status", "versions.*.reasons", "live", "decisions"),
)


class MongoVersionHistories(VersionedStore[VersionHistory]):
    """Implements `HistoryStore`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        super().__init__(Codec(read_history, write_history), recorder, lambda _: self._documents, shown=SHOWN)

    async def with_status(self, status: Status | None, first: str, limit: int) -> list[VersionHistory]:
        """At most `limit` histories that have a version of this status, in order of their ids, from `first` on."""
        wanted: Document = (
            {"versions.status": status} if status is not None else {"versions.0": {"$exists": True}}
        )
        return await self._page({**wanted, "_id": {"$gte": first}}, limit)

    async def wanting(self, host_id: str, after: str | None, limit: int) -> list[VersionHistory]:
        """At most `limit` histories of which a version asks for the host, in order of their ids, from the one after `after`."""
        wanted = {"versions.content.requested_hosts": host_id, "_id": {"$gt": after or ""}}
        return await self._page(wanted, limit)

    async def _page(self, wanted: Document, limit: int) -> list[VersionHistory]:
        found = self._documents.find(wanted, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [read_history(document) async for document in found]


def write_history(history: VersionHistory) -> Document:
    """The fields of its document."""
    return {
        "_id": history.mini_program_id,
        "owner_id": history.owner_id,
        "version": history.version,
        "draft": _write_content(history.draft),
        "versions": [
            asdict(version)
            | {
                "content": _write_content(version.content) if version.content is not None else None,
                "reasons": [asdict(reason) for reason in version.reasons],
            }
            for version in history.versions
        ],
        "live": history.live,
        "before_live": history.before_live,
        "decisions": [asdict(decision) for decision in history.decisions],
    }


def read_history(document: Document) -> VersionHistory:
    """The history in a document."""
    return VersionHistory(
        mini_program_id=document["_id"],
        owner_id=document["owner_id"],
        version=document["version"],
        draft=_read_content(document["draft"]),
        versions=tuple(_read_version(version) for version in document["versions"]),
        live=document["live"],
        before_live=document["before_live"],
        decisions=tuple(HostDecision(**decision) for decision in document["decisions"]),
    )


def _read_version(fields: dict[str, Any]) -> Version:
    content = _read_content(fields["content"]) if fields["content"] is not None else None
    reasons = tuple(Reason(**reason) for reason in fields["reasons"])
    return Version(**(fields | {"content": content, "reasons": reasons}))


def _write_content(content: Content) -> Document:
    return {
        **asdict(content),
        "aliases": list(content.aliases),
        "requested_hosts": list(content.requested_hosts),
        "categories": write_categories(content.categories),
        "sections": write_sections(content.sections),
    }


def _read_content(fields: Document) -> Content:
    return Content(
        **{
            **fields,
            "aliases": tuple(fields["aliases"]),
            "requested_hosts": tuple(fields["requested_hosts"]),
            "categories": read_categories(fields["categories"]),
            "sections": read_sections(fields["sections"]),
        }
    )
