"""The audit log in MongoDB. Entries are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.audit import AdminActionTaken
from identity.adapters.contracts_in import entry_of
from identity.domain.audit import Entry, EntryFilter
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

NEWEST_FIRST = [("at", DESCENDING), ("_id", DESCENDING)]


class MongoAudit:
    """Implements `AuditLog` on the collection `audit`."""

    def __init__(self, db: Database) -> None:
        self._entries = db["audit"]

    async def prepare(self) -> None:
        """Make the indexes: of all, of a subject, an owner, a client and an object, each by time."""
        leading: tuple[list[str], ...] = (
            ["scope", "subject_id"],
            ["owner_id"],
            ["client_id"],
            ["object_id"],
            ["action"],
            [],
        )
        await self._entries.create_indexes(
            [IndexModel([*((name, ASCENDING) for name in names), *NEWEST_FIRST]) for names in leading]
        )

    async def add(self, events: Mapping[str, AdminActionTaken]) -> None:
        """Keep these, by their ids; one that is there already stays as it is."""
        entries = (asdict(entry_of(event_id, event)) for event_id, event in events.items())
        documents = [{"_id": fields.pop("entry_id"), **fields} for fields in entries]
        await insert_new(self._entries, documents)

    async def page(self, filters: EntryFilter, after: tuple[datetime, str] | None, limit: int) -> list[Entry]:
        """At most `limit` entries, newest first, from the one after `after`, its time and id."""
        found = self._entries.find(_query(filters, after)).sort(NEWEST_FIRST).limit(limit)
        return [_read(document) async for document in found]


def _query(filters: EntryFilter, after: tuple[datetime, str] | None) -> Document:
    query: Document = dict(filters.equal)
    within = {"$gte": filters.first, "$lt": filters.last}
    if limits := {name: at for name, at in within.items() if at is not None}:
        query["at"] = limits
    if after is not None:
        at, entry_id = after
        query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": entry_id}}]
    return query


def _read(document: Mapping[str, object]) -> Entry:
    fields = dict(document)
    return Entry(entry_id=str(fields.pop("_id")), **fields)  # type: ignore[arg-type]
