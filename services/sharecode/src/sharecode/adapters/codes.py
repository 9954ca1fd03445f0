"""Codes in MongoDB: one for each host, sharer and product, whichever of several equal calls came first."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from contracts.sharecode import ShareCodeCreated, ShareCodeEvent, ShareCodeWithdrawn
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import FIELD, Recorder
from sharecode.domain.codes import ShareCode

COLLECTION = "codes"


class Codes:
    """The repository."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._codes = db[COLLECTION]
        self._recorder = recorder

    async def prepare(self) -> None:
        """Indexes."""
        same = [("host_id", ASCENDING), ("sharer", ASCENDING), ("product_id", ASCENDING)]
        await self._codes.create_index(same, unique=True)
        await self._codes.create_index([("mini_program_id", ASCENDING), ("_id", ASCENDING)])

    async def add(self, new: ShareCode) -> tuple[ShareCode, bool]:
        """Keep `new`, or find the one that this sharer has for the product already; True when it is new."""
        document = _document(new)
        document[FIELD] = self._recorder.slots(1, [_event(ShareCodeCreated, new)])
        try:
            await self._codes.insert_one(document)
        except DuplicateKeyError:
            found = await self.of(new.host_id, new.sharer, new.product_id)
            if found is None:
                raise
            return found, False
        self._recorder.saved(new.code, document, before=0)
        return new, True

    async def get(self, code: str) -> ShareCode | None:
        """The code, if it was ever given out."""
        found = await self._codes.find_one({"_id": code}, {FIELD: 0})
        return _code(found) if found else None

    async def of(self, host_id: str, sharer: str, product_id: str) -> ShareCode | None:
        """The code that this sharer has for the product already."""
        same = {"host_id": host_id, "sharer": sharer, "product_id": product_id}
        found = await self._codes.find_one(same, {FIELD: 0})
        return _code(found) if found else None

    async def count(self, mini_program_id: str) -> int:
        """How many codes a mini program has, withdrawn ones too."""
        return await self._codes.count_documents({"mini_program_id": mini_program_id})

    async def count_scan(self, code: str) -> None:
        """One more scan."""
        await self._codes.update_one({"_id": code}, {"$inc": {"scans": 1}})

    async def withdraw(self, share: ShareCode) -> ShareCode:
        """It opens nothing from now on; a repeat changes nothing."""
        version = share.version + 1
        told = self._recorder.updates(version, [_event(ShareCodeWithdrawn, share, version)])
        fields = {"withdrawn": True, "version": version, **told}
        changed = await self._codes.find_one_and_update(
            {"_id": share.code, "withdrawn": False},
            {"$set": fields},
            projection={FIELD: 0},
            return_document=ReturnDocument.AFTER,
        )
        if changed is None:
            return share
        self._recorder.saved(share.code, fields, before=share.version)
        return _code(changed)

    async def page(self, mini_program_id: str, after: str | None, limit: int) -> list[ShareCode]:
        """The codes of one mini program, in order of their text."""
        query: dict[str, Any] = {"mini_program_id": mini_program_id}
        if after is not None:
            query["_id"] = {"$gt": after}
        return [_code(d) async for d in self._codes.find(query, {FIELD: 0}).sort("_id").limit(limit)]


def _event(kind: type[ShareCodeEvent], share: ShareCode, version: int = 1) -> ShareCodeEvent:
    return kind(
        version=version,
        code=share.code,
        host_id=share.host_id,
        mini_program_id=share.mini_program_id,
        product_id=share.product_id,
        sharer=share.sharer,
        at=share.created_at,
    )


def _document(share: ShareCode) -> Document:
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


def _code(d: Document) -> ShareCode:
    return ShareCode(code=d["_id"], **{k: v for k, v in d.items() if k != "_id"})
