"""Verdicts about texts in MongoDB."""

from __future__ import annotations

from pymongo import ASCENDING

from catalog.domain.content_check import ContentCheck
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "content_checks"
SHOWN = Shown("content_check", ("kind", "object_id", "mini_program_id", "status"))
WAITING = {"status": "waiting"}


class MongoContentChecks(VersionedStore[ContentCheck]):
    """Implements `CheckStore`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._documents, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )
        super().__init__(
            Codec(_read, lambda check: _write(check) | {CHANGED_AT: recorder.clock()}),
            recorder,
            lambda _: self._documents,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def prepare(self) -> None:
        """Create the indexes; idempotent."""
        await self._lists.prepare()
        await self._documents.create_index([("status", ASCENDING)], partialFilterExpression=WAITING)
        await self._documents.create_index([("status", ASCENDING), *ORDER], partialFilterExpression=WAITING)

    async def waiting(self, asked: Asked, limit: int) -> Part[ContentCheck]:
        return (await self._lists.page(WAITING, asked, limit)).each(_read)


def _write(check: ContentCheck) -> Document:
    """Texts are a list of pairs, because the names of fields have dots."""
    return {
        "_id": check.check_id,
        "kind": check.kind,
        "object_id": check.object_id,
        "mini_program_id": check.mini_program_id,
        "texts": [list(pair) for pair in check.texts.items()],
        "status": check.status,
        "model": check.model,
        "at": check.at,
        "findings": [list(pair) for pair in check.findings],
        "version": check.version,
    }


def _read(d: Document) -> ContentCheck:
    texts = dict(d["texts"])
    findings = tuple((field, message) for field, message in d["findings"])
    return ContentCheck(
        d["_id"], d["kind"], d["object_id"], d["mini_program_id"], texts, d["status"], d["model"], d["at"], findings,
        d["version"],
    )  # fmt: skip
