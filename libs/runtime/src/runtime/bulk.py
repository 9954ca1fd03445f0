"""Bulk inserts under natural keys: what is there already is no error."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from runtime.faults import bulk_codes
from runtime.mongo import Document

DUPLICATE_KEY = 11000


async def insert_new(collection: AsyncCollection[Document], documents: Sequence[Document]) -> list[bool]:
    """Insert those whose `_id` is not there yet, in one round trip; for each, in order, whether it is new.

    Of several with one `_id` the first is. Raises BulkWriteError for anything but an `_id` that is there already, a write
    that did not become durable included.
    """
    if not documents:
        return []
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as fault:
        if any(code != DUPLICATE_KEY for code in bulk_codes(fault)):
            raise
        errors = (fault.details or {})["writeErrors"]
        if any("_id" not in error["keyPattern"] for error in errors):
            raise
        there = {error["index"] for error in errors}
        return [n not in there for n in range(len(documents))]
    return [True] * len(documents)
