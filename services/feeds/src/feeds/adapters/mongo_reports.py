"""What is wrong with the lines of runs, and the commands of runs with their outcomes, in MongoDB."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import timedelta

from pymongo import ASCENDING, DeleteOne, ReplaceOne, UpdateOne

from contracts.feeds import FeedPictureTried, FeedProductApplied
from feeds.application.ports import Clock, Sent, Tally
from product_feeds.lines import SHOWN, LineError
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

KEPT = timedelta(days=30)
MAX_BATCH = 1_000
FIELDS = {"category_id": "product_type", "images": "image_link", "skus": "id", "model": "mpn"}
"""The name in feeds of each field that catalog names in a reason."""


class MongoReports:
    """Implements `Reports` and `SentCommands`: collections `report` and `sent`, whose documents MongoDB deletes after `KEPT`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._report = db["report"]
        self._sent = db["sent"]
        self._clock = clock

    async def prepare(self) -> None:
        """Make the indexes."""
        await self._report.create_index([("run_id", ASCENDING), ("line", ASCENDING), ("field", ASCENDING)])
        await self._sent.create_index([("run_id", ASCENDING), ("outcome", ASCENDING), ("lines", ASCENDING)])
        for collection in (self._report, self._sent):
            await collection.create_index("at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def restart(self, run_id: str) -> None:
        """Forget what an interrupted check has found."""
        await self._report.delete_many({"run_id": run_id})

    async def add(self, run_id: str, errors: Sequence[LineError]) -> None:
        """Idempotent for each line and field."""
        if errors:
            writes = [self._entry(run_id, error) for error in errors]
            await self._report.bulk_write(writes, ordered=False)

    async def read(self, run_id: str) -> AsyncIterator[Sequence[LineError]]:
        """All, in the order of their lines, in batches."""
        batch: list[LineError] = []
        found = self._report.find({"run_id": run_id}).sort([("line", 1), ("field", 1)])
        async for document in found:
            batch.append(
                LineError(
                    document["line"],
                    document["product_id"],
                    document["field"],
                    document["value"],
                    document["message"],
                )
            )
            if len(batch) == MAX_BATCH:
                yield batch
                batch = []
        yield batch

    async def add_sent(self, run_id: str, sent: Sequence[Sent]) -> set[str]:
        """Keep what is about to be sent; gives the products that have no outcome yet. Idempotent."""
        await insert_new(
            self._sent,
            [
                {
                    "_id": _sent_id(run_id, one.product_id),
                    "run_id": run_id,
                    "product_id": one.product_id,
                    "line": one.line,
                    "lines": one.lines,
                    "outcome": None,
                    "at": self._clock(),
                }
                for one in sent
            ],
        )
        ids = [_sent_id(run_id, one.product_id) for one in sent]
        found = self._sent.find({"_id": {"$in": ids}, "outcome": None}, {"product_id": 1})
        return {document["product_id"] async for document in found}

    async def open_removals(self, run_id: str) -> AsyncIterator[Sequence[str]]:
        """The products that the run wanted off sale, and that have no outcome yet, in batches."""
        batch: list[str] = []
        wanted = {"run_id": run_id, "outcome": None, "lines": 0}
        async for document in self._sent.find(wanted, {"product_id": 1}):
            batch.append(document["product_id"])
            if len(batch) == MAX_BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    async def take(self, results: Sequence[FeedProductApplied]) -> None:
        """Keep the outcomes, and their reasons in the report; idempotent."""
        if not results:
            return
        refused = [result for result in results if result.reasons]
        if refused:
            lines = await self._lines({_sent_id(result.run_id, result.product_id) for result in refused})
            entries = [
                self._entry(result.run_id, error, f"{result.run_id}:{result.product_id}:reason:{number}")
                for result in refused
                for number, error in enumerate(
                    _errors(result, lines.get(_sent_id(result.run_id, result.product_id), 0))
                )
            ]
            await self._report.bulk_write(entries, ordered=False)
        await self._sent.bulk_write(
            [
                UpdateOne(
                    {"_id": _sent_id(result.run_id, result.product_id)}, {"$set": {"outcome": result.outcome}}
                )
                for result in results
            ],
            ordered=False,
        )

    async def take_pictures(self, tried: Sequence[FeedPictureTried]) -> None:
        """Keep in the report which pictures could not be fetched, as of their last attempt; idempotent."""
        lines = await self._lines({_sent_id(one.run_id, one.product_id) for one in tried})
        writes: list[ReplaceOne[Document] | DeleteOne] = []
        for one in tried:
            key = f"{one.run_id}:{one.product_id}:{hashlib.sha256(one.url.encode()).hexdigest()[:16]}"
            line = lines.get(_sent_id(one.run_id, one.product_id), 0)
            error = LineError(line, one.product_id, FIELDS["images"], one.url[:SHOWN], one.message)
            failed = one.outcome in ("failed", "given_up")
            writes.append(self._entry(one.run_id, error, key) if failed else DeleteOne({"_id": key}))
        if writes:
            await self._report.bulk_write(writes)  # in order: a picture may have several outcomes

    async def _lines(self, sent_ids: Collection[str]) -> Mapping[str, int]:
        """The first lines of what was sent."""
        if not sent_ids:
            return {}
        found = self._sent.find({"_id": {"$in": list(sent_ids)}}, {"line": 1})
        return {document["_id"]: document["line"] async for document in found}

    async def tally(self, run_id: str) -> Tally:
        """Counted now."""
        of_run = {"$match": {"run_id": run_id}}
        grouped = {"$group": {"_id": "$outcome", "products": {"$sum": 1}, "lines": {"$sum": "$lines"}}}
        all_of_them = [document async for document in await self._sent.aggregate([of_run, grouped])]
        found = [document for document in all_of_them if document["_id"] is not None]
        answered = sum(document["products"] for document in found)
        return Tally(
            answered=answered,
            unanswered=sum(document["products"] for document in all_of_them) - answered,
            by_outcome={document["_id"]: document["lines"] for document in found},
            removed=sum(document["products"] for document in found if document["_id"] == "removed"),
        )

    def _entry(self, run_id: str, error: LineError, key: str | None = None) -> ReplaceOne[Document]:
        key = key or f"{run_id}:{error.line}:{error.field}:{error.product_id if not error.line else ''}"
        fields = {
            "line": error.line,
            "product_id": error.product_id,
            "field": error.field,
            "value": error.value,
            "message": error.message,
        }
        return ReplaceOne({"_id": key}, {"run_id": run_id, **fields, "at": self._clock()}, upsert=True)


def _sent_id(run_id: str, product_id: str) -> str:
    return f"{run_id}:{product_id}"


def _errors(result: FeedProductApplied, line: int) -> list[LineError]:
    return [
        LineError(line, result.product_id, _field(reason.field or ""), "", reason.message)
        for reason in result.reasons
    ]


def _field(catalogs: str) -> str:
    name = catalogs.partition("[")[0].partition(".")[0]
    return FIELDS.get(name, name)
