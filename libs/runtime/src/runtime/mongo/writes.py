"""Bulk writes that are safe to repeat: inserts under natural keys, and projections that keep the newest version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pymongo import ReplaceOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from runtime.errors import bulk_codes
from runtime.mongo.client import Document

DUPLICATE_KEY = 11000


async def insert_new(collection: AsyncCollection[Document], documents: Sequence[Document]) -> list[bool]:
    """Insert the documents whose `_id` does not exist yet, in one round trip; say for each, in order, whether it is new.

    Of several with the same `_id` the first is new. Raises BulkWriteError for anything but an existing `_id`, including
    a write that did not become durable.
    """
    if not documents:
        return []
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        if any(code != DUPLICATE_KEY for code in bulk_codes(error)):
            raise
        errors = (error.details or {})["writeErrors"]
        if any("_id" not in entry["keyPattern"] for entry in errors):
            raise
        existing = {entry["index"] for entry in errors}
        return [n not in existing for n in range(len(documents))]
    return [True] * len(documents)


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
