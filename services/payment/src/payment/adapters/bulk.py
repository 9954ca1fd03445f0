"""Bulk inserts under natural keys: what is there already is no error."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from runtime.faults import bulk_codes
from runtime.mongo import Document

DUPLICATE_KEY = 11000


async def insert_new(collection: AsyncCollection[Document], documents: Sequence[Document]) -> int:
    """Insert those whose `_id` is not there yet, in one round trip, and say how many that were.

    Raises BulkWriteError for anything but a key that is there already, a write that did not become durable included.
    """
    if not documents:
        return 0
    try:
        return len((await collection.insert_many(documents, ordered=False)).inserted_ids)
    except BulkWriteError as fault:
        if any(code != DUPLICATE_KEY for code in bulk_codes(fault)):
            raise
        return int((fault.details or {}).get("nInserted", 0))
