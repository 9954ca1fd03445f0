"""Owners in MongoDB, each with its outbox."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from identity.domain.owners import Application, Contact, Owner, Reason
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "owners"
SHOWN = Shown(
    "owner", ("name", "kind", "status", "reasons", "application.name", "application.kind"), owner_field="_id"
)
"""Without contact and statement, which tell of people."""


class MongoOwners(VersionedStore[Owner]):
    """Implements `OwnerStore`. An owner's events carry the whole owner, so the outbox keeps those of the last change."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._owners = db[COLLECTION]
        super().__init__(
            Codec(_read, _write), recorder, lambda _: self._owners, replace_outbox=True, shown=SHOWN
        )

    async def prepare(self) -> None:
        """Make the index that lists of one status need."""
        await self._owners.create_index([("status", 1), ("_id", 1)])

    async def page(self, status: str | None, after: str | None, limit: int) -> list[Owner]:
        """At most `limit` owners with this status (any, for None) by id, from the one after `after`."""
        wanted: Document = {"status": status} if status is not None else {}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._owners.find(wanted, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [_read(document) async for document in found]


def _read(document: Document) -> Owner:
    applied = document["application"]
    return Owner(
        document["_id"],
        document["name"],
        document["kind"],
        Contact(**document["contact"]),
        document["status"],
        tuple(Reason(**reason) for reason in document["reasons"]),
        _application(applied) if applied else None,
        document["status_before"],
        document["version"],
    )


def _application(fields: dict[str, Any]) -> Application:
    return Application(fields["name"], fields["kind"], Contact(**fields["contact"]), fields["statement"])


def _write(owner: Owner) -> Document:
    fields = asdict(owner)
    return {"_id": fields.pop("owner_id"), **fields, "reasons": list(fields["reasons"])}
