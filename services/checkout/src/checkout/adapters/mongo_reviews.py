"""Buyers' reviews in MongoDB: one collection for all mini programs."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING

from checkout.application.ports import Position, ReviewFilter
from checkout.domain.review import CheckedText, Review
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
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

        self._lists = ListedDocuments(
            db, self._documents, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )

        def write(review: Review) -> Document:
            return {**document_of(review), CHANGED_AT: recorder.clock()}

        super().__init__(
            Codec(review_of, write), recorder, lambda _: self._documents, replace_outbox=True, shown=SHOWN
        )

    async def prepare(self) -> None:
        """Create the indexes; idempotent."""
        await self._lists.prepare()
        await self._documents.create_index([*OF_PRODUCT, *NEWEST_FIRST])
        await self._documents.create_index(BY_STAR)
        await self._documents.create_index([("mini_program_id", ASCENDING), *NEWEST_FIRST])
        await self._documents.create_index([("mini_program_id", ASCENDING), *ORDER])
        await self._documents.create_index([("is_waiting", ASCENDING)], partialFilterExpression=WAITING)
        await self._documents.create_index(
            [("is_waiting", ASCENDING), *ORDER], partialFilterExpression=WAITING
        )

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

    async def waiting(self, asked: Asked, limit: int) -> Part[Review]:
        return (await self._lists.page(WAITING, asked, limit)).each(review_of)


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
    texts = {name: _text(document[name]) if document[name] is not None else None for name in TEXTS}
    return read_as(Review, document, review_id=document["_id"], **texts)


def _text(document: Document) -> CheckedText:
    return read_as(CheckedText, document, findings=tuple(document["findings"]))


def _after(time: str, beyond: str, position: Position) -> Document:
    at, review_id = position
    return {"$or": [{time: {beyond: at}}, {time: at, "_id": {beyond: review_id}}]}


def _fields(value: Review | CheckedText) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
