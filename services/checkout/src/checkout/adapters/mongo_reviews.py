"""Buyers' reviews in MongoDB: one collection for all mini programs."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING

from checkout.application.ports import Position, ReviewFilter
from checkout.domain.review import STARS, CheckedText, RatingCounts, Review
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "reviews"
SHOWN = Shown("review", ("is_shown", "answer.status", "new_answer.status"))
"""Without texts: they tell of people."""
TEXTS = ("text", "answer", "new_answer")
WAITING = {"is_waiting": True}
NEWEST_FIRST = [("at", DESCENDING), ("_id", DESCENDING)]
OF_PRODUCT = [("product_id", ASCENDING), ("is_shown", ASCENDING)]
BY_STAR = [*OF_PRODUCT, ("rating", ASCENDING), *NEWEST_FIRST]


class MongoReviews(VersionedStore[Review]):
    """Implements the ports ReviewStore and ReviewQueries. Each event carries the whole review, so the outbox keeps the last
    one only. Each write stamps `changed_at`, by which lists follow the changes.
    """

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]

        def write(review: Review) -> Document:
            return {**document_of(review), "changed_at": recorder.clock()}

        super().__init__(
            Codec(review_of, write), recorder, lambda _: self._documents, replace_outbox=True, shown=SHOWN
        )

    async def prepare(self) -> None:
        """Create the indexes; idempotent."""
        await self._documents.create_index([*OF_PRODUCT, *NEWEST_FIRST])
        await self._documents.create_index(BY_STAR)
        await self._documents.create_index([("mini_program_id", ASCENDING), *NEWEST_FIRST])
        await self._documents.create_index(
            [("mini_program_id", ASCENDING), ("changed_at", ASCENDING), ("_id", ASCENDING)]
        )
        await self._documents.create_index([("is_waiting", ASCENDING)], partialFilterExpression=WAITING)

    async def of_product(
        self, product_id: str, rating: int | None, *, after: Position | None, limit: int
    ) -> list[Review]:
        query: Document = {"product_id": product_id, "is_shown": True}
        if rating is not None:
            query["rating"] = rating
        if after is not None:
            query |= _after("at", "$lt", after)
        found = self._documents.find(query, {OUTBOX_FIELD: 0}).sort(NEWEST_FIRST).limit(limit)
        return [review_of(document) async for document in found]

    async def counts(self, product_id: str) -> RatingCounts:
        """Counts in the index alone, without reading a review."""
        pipeline: list[Document] = [
            {"$match": {"product_id": product_id, "is_shown": True}},
            {"$group": {"_id": "$rating", "reviews": {"$sum": 1}}},
        ]
        by_star = dict.fromkeys(STARS, 0)
        async for row in await self._documents.aggregate(pipeline, hint=dict(BY_STAR)):
            by_star[row["_id"]] = row["reviews"]
        return RatingCounts(by_star)

    async def of_mini_program(
        self, mini_program_id: str, filters: ReviewFilter, *, after: Position | None, limit: int
    ) -> list[tuple[Position, Review]]:
        query: Document = {"mini_program_id": mini_program_id, "text.status": "passed"}
        if filters.product_id is not None:
            query["product_id"] = filters.product_id
        if filters.rating is not None:
            query["rating"] = filters.rating
        if filters.answered is not None:
            query["answer"] = {"$ne": None} if filters.answered else None
        time, direction, beyond = "at", DESCENDING, "$lt"
        if filters.updated_since is not None:
            time, direction, beyond = "changed_at", ASCENDING, "$gt"
            query["changed_at"] = {"$gte": filters.updated_since}
        if after is not None:
            query |= _after(time, beyond, after)
        found = self._documents.find(query, {OUTBOX_FIELD: 0}).sort([(time, direction), ("_id", direction)])
        return [((d[time], d["_id"]), review_of(d)) async for d in found.limit(limit)]

    async def waiting(self, after: str | None, limit: int) -> list[Review]:
        query: Document = dict(WAITING)
        if after is not None:
            query["_id"] = {"$gt": after}
        found = self._documents.find(query, {OUTBOX_FIELD: 0}).sort("_id", ASCENDING).limit(limit)
        return [review_of(document) async for document in found]


def document_of(review: Review) -> Document:
    """Its fields; `at`, `is_shown` and `is_waiting` are stored for queries."""
    fields = _fields(review)
    for name in TEXTS:
        fields[name] = _fields(fields[name]) if fields[name] is not None else None
    return {
        "_id": fields.pop("review_id"),
        **fields,
        "at": review.text.at,
        "is_shown": review.is_shown,
        "is_waiting": review.waiting is not None,
    }


def review_of(document: Document) -> Review:
    """The review in a document."""
    names = [name for name in Review.__slots__ if name != "review_id"]
    fields = {name: document[name] for name in names}
    for name in TEXTS:
        fields[name] = _text(fields[name]) if fields[name] is not None else None
    return Review(review_id=document["_id"], **fields)


def _text(document: Document) -> CheckedText:
    return CheckedText(**{**document, "findings": tuple(document["findings"])})


def _after(time: str, beyond: str, position: Position) -> Document:
    at, review_id = position
    return {"$or": [{time: {beyond: at}}, {time: at, "_id": {beyond: review_id}}]}


def _fields(value: Review | CheckedText) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
