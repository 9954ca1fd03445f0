"""Bulk writes that are safe to repeat: inserts under natural keys, and projections that keep the newest version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pymongo import ReplaceOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from runtime.errors import bulk_codes
from runtime.mongo.client import Document

DUPLICATE_KEY = 11000


class KeyTaken(Exception):
    """Another document has this value of a unique index other than `_id`; the text names the fields of the index."""

    loggable: ClassVar[bool] = True


async def insert_each(
    collection: AsyncCollection[Document], documents: Sequence[Document]
) -> list[bool | KeyTaken]:
    """Insert the documents whose `_id` does not exist yet, in one round trip.

    Says for each, in order: True if it is new, False if its `_id` exists, or the KeyTaken that kept it out. Of several with
    the same `_id` the first is new. Raises BulkWriteError for anything else, including a write that did not become durable.
    """
    outcomes: list[bool | KeyTaken] = [True] * len(documents)
    if not documents:
        return outcomes
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        if any(code != DUPLICATE_KEY for code in bulk_codes(error)):
            raise
        for entry in (error.details or {})["writeErrors"]:
            fields = entry["keyPattern"]
            outcomes[entry["index"]] = False if "_id" in fields else KeyTaken(", ".join(fields))
    return outcomes


async def insert_new(collection: AsyncCollection[Document], documents: Sequence[Document]) -> list[bool]:
    """The same for collections whose only key is `_id`; raises KeyTaken if another unique index keeps a document out."""
    created: list[bool] = []
    for outcome in await insert_each(collection, documents):
        if isinstance(outcome, KeyTaken):
            raise outcome
        created.append(outcome)
    return created


async def keep_newest(collection: AsyncCollection[Document], newest: Mapping[str, Document]) -> None:
    """Store each document (with its `version`) under its id, unless the stored one is as new or newer.

    For projections of compacted streams, whose records carry the whole aggregate. Idempotent, and safe against older
    versions that arrive late.
    """
    writes = [
        ReplaceOne({"_id": key, "version": {"$lt": document["version"]}}, document, upsert=True)
        for key, document in newest.items()
    ]
    if not writes:
        return
    try:
        await collection.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        # expected: a newer version is already stored, so the upsert of the older one collides with its id
        if any(code != DUPLICATE_KEY for code in bulk_codes(error)):
            raise
