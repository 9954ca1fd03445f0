"""Projections of compacted streams: each record carries the whole aggregate, so only the newest version matters."""

from __future__ import annotations

from collections.abc import Mapping

from pymongo import ReplaceOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from runtime.bulk import DUPLICATE_KEY
from runtime.faults import bulk_codes
from runtime.mongo import Document


async def keep_newest(collection: AsyncCollection[Document], newest: Mapping[str, Document]) -> None:
    """Store each document (with its `version`) under its id, unless what is stored is as new or newer.

    Safe to repeat, and safe against older versions that come late.
    """
    writes = [
        ReplaceOne({"_id": key, "version": {"$lt": document["version"]}}, document, upsert=True)
        for key, document in newest.items()
    ]
    if not writes:
        return
    try:
        await collection.bulk_write(writes, ordered=False)
    except BulkWriteError as refused:
        # an upsert of an older version meets the newer document's id: exactly what is wanted
        if any(code != DUPLICATE_KEY for code in bulk_codes(refused)):
            raise
