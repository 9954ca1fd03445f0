"""Hosts and creators in MongoDB, each with its outbox."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import IndexModel

from identity.domain.partners import Partner, PartnerKind
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "partners"
SHOWN = Shown("partner", ("kind", "name", "suspended", "reasons"))


class MongoPartners(VersionedStore[Partner]):
    """Implements `PartnerStore`. A host's events carry the whole host, so the outbox keeps those of the last change."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._partners = db[COLLECTION]
        super().__init__(
            Codec(_read, _write), recorder, lambda _: self._partners, replace_outbox=True, shown=SHOWN
        )

    async def prepare(self) -> None:
        """Make the index that lists of one kind need, and that of the suspended ones."""
        suspended = IndexModel("suspended", partialFilterExpression={"suspended": True})
        await self._partners.create_indexes([IndexModel([("kind", 1), ("_id", 1)]), suspended])

    async def page(self, kind: PartnerKind, after: str | None, limit: int) -> list[Partner]:
        """At most `limit` partners of this kind by id, from the one after `after`."""
        wanted: Document = {"kind": kind} | ({"_id": {"$gt": after}} if after is not None else {})
        found = self._partners.find(wanted, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [_read(document) async for document in found]

    async def suspended(self) -> list[Partner]:
        """All that are suspended."""
        found = self._partners.find({"suspended": True}, {OUTBOX_FIELD: 0}).sort("_id", 1)
        return [_read(document) async for document in found]


def _read(document: Document) -> Partner:
    return Partner(
        document["_id"],
        document["kind"],
        document["name"],
        document["suspended"],
        tuple(document["reasons"]),
        document["version"],
        tuple(document.get("return_origins", ())),
    )


def _write(partner: Partner) -> Document:
    fields = asdict(partner)
    return {
        "_id": fields.pop("partner_id"),
        **fields,
        "reasons": list(partner.reasons),
        "return_origins": list(partner.return_origins),
    }
