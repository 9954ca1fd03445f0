"""Hosts and creators in MongoDB, each with its outbox."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import IndexModel

from identity.domain.partners import Partner, PartnerKind
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
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
        self._lists = ListedDocuments(
            db, self._partners, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )
        super().__init__(
            Codec(_read, lambda partner: _write(partner) | {CHANGED_AT: recorder.clock()}),
            recorder,
            lambda _: self._partners,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def prepare(self) -> None:
        """Make the indexes of the lists of one kind, and that of the suspended ones."""
        await self._lists.prepare()
        suspended = IndexModel("suspended", partialFilterExpression={"suspended": True})
        of_kind = (IndexModel([("kind", 1), ("_id", 1)]), IndexModel([("kind", 1), *ORDER]))
        await self._partners.create_indexes([*of_kind, suspended])

    async def page(self, kind: PartnerKind, asked: Asked, limit: int) -> Part[Partner]:
        """At most `limit` partners of this kind."""
        return (await self._lists.page({"kind": kind}, asked, limit)).each(_read)

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
