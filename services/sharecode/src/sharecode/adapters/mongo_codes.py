"""Codes in MongoDB. A unique index keeps one for each host, sharer and product, whichever of several equal calls came first."""

from __future__ import annotations

from pymongo import ASCENDING

from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.mongo.writes import KeyTaken
from runtime.outbox.changes import Change, Decide, Result
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore
from sharecode.domain.codes import ShareCode, Sharer

COLLECTION = "codes"
SHOWN = Shown("share_code", ("withdrawn",))


class MongoCodes:
    """Collection `codes`, each document with its outbox. Scans are counted outside the version."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._codes = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._codes, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )

        def at_present() -> Document:
            return {CHANGED_AT: recorder.clock()}

        codec = Codec(
            _read,
            lambda share: _write(share) | at_present(),
            changing=lambda share: _changing(share) | at_present(),
        )
        self._store = VersionedStore(codec, recorder, lambda _: self._codes, shown=SHOWN)

    async def prepare(self) -> None:
        """Create the indexes."""
        same = [("host_id", ASCENDING), ("sharer", ASCENDING), ("product_id", ASCENDING)]
        await self._lists.prepare()
        await self._codes.create_index(same, unique=True)
        await self._codes.create_index([("mini_program_id", ASCENDING), *ORDER])
        await self._codes.create_index([("mini_program_id", ASCENDING), ("_id", ASCENDING)])

    async def add(self, new: Change[ShareCode]) -> tuple[ShareCode, bool]:
        """Store a new code with its events. If the sharer has one for the product already: that one, and False."""
        (outcome,) = await self._store.insert([new])
        if outcome is True:
            return new.after, True
        if isinstance(outcome, Exception) and not isinstance(outcome, KeyTaken):
            raise outcome
        existing = await self.find(Sharer(new.after.host_id, new.after.sharer), new.after.product_id)
        if existing is None:
            raise RuntimeError(f"the code {new.after.code} is neither new nor the sharer's")
        return existing, False

    async def change(self, code: str, decide: Decide[ShareCode]) -> Result[ShareCode]:
        """Store the outcome of a decision about a code, with its events."""
        return await self._store.change(code, decide)

    async def get(self, code: str) -> ShareCode | None:
        """The code, also a withdrawn one."""
        return await self._store.get(code)

    async def find(self, sharer: Sharer, product_id: str) -> ShareCode | None:
        """The sharer's code for the product."""
        same = {"host_id": sharer.host_id, "sharer": sharer.openid, "product_id": product_id}
        found = await self._codes.find_one(same, {OUTBOX_FIELD: 0})
        return _read(found) if found else None

    async def page(self, mini_program_id: str, asked: Asked, limit: int) -> Part[ShareCode]:
        """At most `limit` codes of a mini program."""
        return (await self._lists.page({"mini_program_id": mini_program_id}, asked, limit)).each(_read)

    async def count(self, mini_program_id: str) -> int:
        """The number of codes of a mini program, withdrawn ones included."""
        return await self._codes.count_documents({"mini_program_id": mini_program_id})

    async def count_scan(self, code: str) -> None:
        """Count one more scan."""
        await self._codes.update_one({"_id": code}, {"$inc": {"scans": 1}})


def _read(document: Document) -> ShareCode:
    return read_as(ShareCode, document, code=document["_id"])


def _write(share: ShareCode) -> Document:
    return {
        "_id": share.code,
        "host_id": share.host_id,
        "mini_program_id": share.mini_program_id,
        "product_id": share.product_id,
        "sharer": share.sharer,
        "created_at": share.created_at,
        "withdrawn": share.withdrawn,
        "scans": share.scans,
        "version": share.version,
    }


def _changing(share: ShareCode) -> Document:
    return {"withdrawn": share.withdrawn, "version": share.version}
