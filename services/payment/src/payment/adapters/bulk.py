"""Bulk inserts under natural keys: what is there already is no error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from runtime.dependencies import DependencyAway
from runtime.mongo import Document

DUPLICATE_KEY = 11000


async def insert_new(collection: AsyncCollection[Document], documents: Sequence[Document]) -> int:
    """Insert those whose `_id` is not there yet, in one round trip, and say how many that were.

    Raises DependencyAway when the server could not make them durable.
    """
    if not documents:
        return 0
    try:
        return len((await collection.insert_many(documents, ordered=False)).inserted_ids)
    except BulkWriteError as fault:
        details: dict[str, Any] = dict(fault.details or {})
        if details.get("writeConcernErrors"):
            raise DependencyAway("MongoDB did not make a write durable in time") from fault
        if any(error["code"] != DUPLICATE_KEY for error in details.get("writeErrors", [])):
            raise
        return int(details.get("nInserted", 0))
