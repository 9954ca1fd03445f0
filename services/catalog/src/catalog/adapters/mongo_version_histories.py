"""Drafts and versions of mini programs in MongoDB, one document for each mini program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pymongo import ASCENDING

from catalog.adapters.mongo_mini_programs import (
    read_categories,
    read_sections,
    write_categories,
    write_sections,
)
from catalog.domain.content import Content
from catalog.domain.version import HostDecision, Reason, Status, TextVerdict, Version
from catalog.domain.version_history import VersionHistory
from runtime.listing import ChangedSince, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.listing import Listings
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
        self._listings = Listings(db, recorder.clock, recorder.new_id)
        super().__init__(Codec(read_history, write_history), recorder, lambda _: self._documents, shown=SHOWN)

    async def prepare(self) -> None:
        """Make the index of versions by change, and date those that an older version stored; idempotent."""
        await self._listings.prepare()
        await self._documents.create_index([("versions.changed_at", ASCENDING)])
        known = {"$max": ["$$one.submitted_at", "$$one.decided_at", "$$one.released_at"]}
        changed_at = {"$ifNull": ["$$one.changed_at", known]}
        dated = {"$mergeObjects": ["$$one", {"changed_at": changed_at}]}
        await self._documents.update_many(
            {"versions": {"$elemMatch": {"changed_at": {"$exists": False}}}},
            [{"$set": {"versions": {"$map": {"input": "$versions", "as": "one", "in": dated}}}}],
        )

    async def changed_versions(
        self, mini_program_id: str | None, status: Status | None, asked: ChangedSince, limit: int
    ) -> Part[tuple[VersionHistory, Version]]:
        """At most `limit` versions of the mini program (of all, for None) with this status (any, for None), as they changed."""
        of_program: Document = {"_id": mini_program_id} if mini_program_id is not None else {}
        of_status: Document = {"status": status} if status is not None else {}
        wanted = of_status | {"changed_at": {"$gte": asked.since}}
        pipeline: list[Document] = [
            {"$match": of_program | {"versions": {"$elemMatch": wanted}}},
            {"$unwind": "$versions"},
            {"$match": {f"versions.{field}": condition for field, condition in wanted.items()}},
            {"$project": {"at": "$versions.changed_at", "number": "$versions.number"}},
            {"$sort": {"at": ASCENDING, "_id": ASCENDING, "number": ASCENDING}},
        ]

        async def find(most: int) -> list[str]:
            found = await self._documents.aggregate([*pipeline, {"$limit": most}])
            return [f"{document['_id']}_{document['number']}" async for document in found]

        page = await self._listings.page(asked, limit, find)
        places = [
            (program_id, int(number)) for program_id, _, number in (key.rpartition("_") for key in page.items)
        ]
        histories = await self.get_many({program_id for program_id, _ in places})
        versions = [
            (histories[program_id], histories[program_id].find(number)) for program_id, number in places
        ]
        return Part([one for one in versions if status in (None, one[1].status)], page.following)

    async def changed_for(self, host_id: str, asked: ChangedSince, limit: int) -> Part[VersionHistory]:
        """At most `limit` histories with a version that requests the host, as their verdicts and the host's decisions changed."""
        requesting = {"$in": [host_id, {"$ifNull": ["$$one.content.requested_hosts", []]}]}
        judged = {"$and": [requesting, {"$ne": ["$$one.status", "in_review"]}]}
        own = {"$eq": ["$$one.host_id", host_id]}
        last = {"$max": [_latest("$versions", judged, "changed_at"), _latest("$decisions", own, "at")]}
        pipeline: list[Document] = [
            {"$match": {"versions.content.requested_hosts": host_id}},
            {"$project": {"last": last}},
            {"$match": {"last": {"$gte": asked.since}}},
            {"$sort": {"last": ASCENDING, "_id": ASCENDING}},
        ]

        async def find(most: int) -> list[str]:
            found = await self._documents.aggregate([*pipeline, {"$limit": most}])
            return [document["_id"] async for document in found]

        page = await self._listings.page(asked, limit, find)
        histories = await self.get_many(page.items)
        return Part([histories[key] for key in page.items], page.following)

    async def with_status(self, status: Status | None, first: str, limit: int) -> list[VersionHistory]:
        """At most `limit` histories that have a version of this status, in order of their ids, from `first` on."""
        wanted: Document = (
            {"versions.status": status} if status is not None else {"versions.0": {"$exists": True}}
        )
        return await self._page({**wanted, "_id": {"$gte": first}}, limit)

    async def requesting(self, host_id: str, after: str | None, limit: int) -> list[VersionHistory]:
        """At most `limit` histories with a version that requests the host, in order of their ids, from the one after `after`."""
        wanted = {"versions.content.requested_hosts": host_id, "_id": {"$gt": after or ""}}
        return await self._page(wanted, limit)

    async def _page(self, wanted: Document, limit: int) -> list[VersionHistory]:
        found = self._documents.find(wanted, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [read_history(document) async for document in found]


def _latest(of: str, condition: Document, field: str) -> Document:
    """The latest time in this field of those elements that meet the condition; null if none does."""
    some = {"$filter": {"input": of, "as": "one", "cond": condition}}
    return {"$max": {"$map": {"input": some, "as": "one", "in": f"$$one.{field}"}}}


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
                "changed_at": version.changed_at or version.submitted_at,
                "content": _write_content(version.content) if version.content is not None else None,
                "reasons": [asdict(reason) for reason in version.reasons],
                "check": _write_check(version.check),
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
    check = _read_check(fields.get("check"))
    return Version(**(fields | {"content": content, "reasons": reasons, "check": check}))


def _read_check(fields: dict[str, Any] | None) -> TextVerdict | None:
    if fields is None:
        return None
    findings = tuple((field, message) for field, message in fields["findings"])
    return TextVerdict(fields["status"], fields["model"], fields["at"], findings)


def _write_check(check: TextVerdict | None) -> Document | None:
    return {**asdict(check), "findings": [list(one) for one in check.findings]} if check is not None else None


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
