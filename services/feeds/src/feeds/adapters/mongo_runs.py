"""Runs in MongoDB, each with its outbox."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from feeds.domain.run import ACTIVE, Counts, Run
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "runs"
SHOWN = Shown("feed_run", ("feed_id", "status", "allow_mass_removal"))


class MongoRuns(VersionedStore[Run]):
    """Implements `RunStore`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._runs = db[COLLECTION]
        super().__init__(Codec(_read, _write), recorder, lambda _: self._runs, shown=SHOWN)

    async def prepare(self) -> None:
        """Make the indexes of the lists."""
        await self._runs.create_index([("status", ASCENDING), ("queued_at", ASCENDING), ("_id", ASCENDING)])
        await self._runs.create_index([("feed_id", ASCENDING), ("queued_at", DESCENDING)])
        await self._runs.create_index([("mini_program_id", ASCENDING), ("status", ASCENDING)])

    async def first_of_each(self) -> list[Run]:
        """Of each mini program the oldest run that has not ended, oldest first."""
        order = {"queued_at": 1, "_id": 1}
        found = await self._runs.aggregate(
            [
                {"$match": {"status": {"$in": list(ACTIVE)}}},
                {"$project": {OUTBOX_FIELD: 0}},
                {"$sort": order},
                {"$group": {"_id": "$mini_program_id", "run": {"$first": "$$ROOT"}}},
                {"$replaceRoot": {"newRoot": "$run"}},
                {"$sort": order},
            ]
        )
        return [_read(document) async for document in found]

    async def count_active(self, mini_program_id: str) -> int:
        """How many runs of a mini program have not ended."""
        active = {"mini_program_id": mini_program_id, "status": {"$in": list(ACTIVE)}}
        return await self._runs.count_documents(active)

    async def on_time_since(self, feed_id: str) -> datetime | None:
        """When the last run of the feed that is done was queued; without one, its first run; None without any."""
        fields = {"queued_at": 1}
        found = await self._runs.find_one(
            {"feed_id": feed_id, "status": "done"}, fields, sort=[("queued_at", DESCENDING)]
        ) or await self._runs.find_one({"feed_id": feed_id}, fields, sort=[("queued_at", ASCENDING)])
        return found["queued_at"] if found is not None else None

    async def files_in_use(self) -> set[str]:
        """The files of the runs that have not ended."""
        found = self._runs.find({"status": {"$in": list(ACTIVE)}}, {"file_id": 1})
        return {document["file_id"] async for document in found if document["file_id"] is not None}

    async def newest(self, feed_id: str) -> Run | None:
        """The run of the feed that was queued last."""
        found = await self._runs.find_one(
            {"feed_id": feed_id}, {OUTBOX_FIELD: 0}, sort=[("queued_at", DESCENDING)]
        )
        return _read(found) if found is not None else None


def _write(run: Run) -> Document:
    fields = asdict(run)
    return {"_id": fields.pop("run_id"), **fields}


def _read(document: Document) -> Run:
    return read_as(Run, document, run_id=document["_id"], counts=read_as(Counts, document["counts"]))
