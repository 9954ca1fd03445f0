"""Bulk writes that are safe to repeat: inserts under natural keys, and projections that keep the newest version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pymongo import ReplaceOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DocumentTooLarge, OperationFailure

from runtime.errors import bulk_codes
from runtime.mongo.client import Document

DUPLICATE_KEY = 11000
TOO_LARGE = 10334
"""The server's code for a document of more than 16 MB that the driver let pass."""


class KeyTaken(Exception):
    """Another document has this value of a unique index other than `_id`; the text names the fields of the index."""

    loggable: ClassVar[bool] = True


Outcome = bool | KeyTaken | DocumentTooLarge


async def insert_each(
    collection: AsyncCollection[Document],
    documents: Sequence[Document],
    session: AsyncClientSession | None = None,
) -> list[Outcome]:
    """Insert the documents whose `_id` does not exist yet, in one round trip.

    Says for each, in order: True if it is new, False if its `_id` exists, or the KeyTaken or DocumentTooLarge that kept it out.
    Of several with the same `_id` the first is new. Raises BulkWriteError for anything else, including a write that did not
    become durable.
    """
    outcomes: list[Outcome] = [True] * len(documents)
    if not documents:
        return outcomes
    try:
        await collection.insert_many(documents, ordered=False, session=session)
    except BulkWriteError as error:
        if any(code not in (DUPLICATE_KEY, TOO_LARGE) for code in bulk_codes(error)):
            raise
        for entry in (error.details or {})["writeErrors"]:
            outcomes[entry["index"]] = _refusal(entry, documents[entry["index"]])
    except (DocumentTooLarge, OperationFailure) as error:  # the whole call is refused, and none is stored
        if getattr(error, "code", TOO_LARGE) != TOO_LARGE:
            raise
        if len(documents) == 1:
            return [_too_large(documents[0])]
        return [outcome for d in documents for outcome in await insert_each(collection, [d], session)]
    return outcomes


def _refusal(entry: Document, document: Document) -> Literal[False] | KeyTaken | DocumentTooLarge:
    """What kept the document out, by the server's entry about it."""
    if entry["code"] == TOO_LARGE:
        return _too_large(document)
    fields = entry["keyPattern"]
    return False if "_id" in fields else KeyTaken(", ".join(fields))


def _too_large(document: Document) -> DocumentTooLarge:
    """Names the document only: the server's text repeats its content."""
    return DocumentTooLarge(f"document {document['_id']} has more than the 16 MB that MongoDB stores")


def key_taken(error: Exception) -> KeyTaken | None:
    """What refused a bulk of one write, if another document has its value of a unique index; None for any other error."""
    entries = (error.details or {}).get("writeErrors", []) if isinstance(error, BulkWriteError) else []
    if [entry["code"] for entry in entries] != [DUPLICATE_KEY]:
        return None
    return KeyTaken(", ".join(entries[0]["keyPattern"]))


async def insert_new(collection: AsyncCollection[Document], documents: Sequence[Document]) -> list[bool]:
    """The same for collections whose only key is `_id`; raises what kept a document out, once the others are stored."""
    created: list[bool] = []
    for outcome in await insert_each(collection, documents):
        if isinstance(outcome, Exception):
            raise outcome
        created.append(outcome)
    return created


async def keep_newest(collection: AsyncCollection[Document], newest: Mapping[str, Document]) -> None:
    """Store each document (with its `version`) under its id, unless the stored one is as new or newer.

    For projections of compacted streams, whose records carry the whole aggregate. Idempotent, and safe against older
    versions that arrive late or are stored at the same moment.
    """
    kept_out = await _replace_older(collection, newest, upsert=True)
    await _replace_older(collection, {key: newest[key] for key in kept_out}, upsert=False)


async def _replace_older(
    collection: AsyncCollection[Document], newest: Mapping[str, Document], *, upsert: bool
) -> list[str]:
    """Replace older versions; the ids of those that an upsert could not insert, because there is some version already:
    perhaps a newer one, perhaps an older one that another writer inserted since the upsert looked."""
    writes = [
        ReplaceOne({"_id": key, "version": {"$lt": document["version"]}}, document, upsert=upsert)
        for key, document in newest.items()
    ]
    if not writes:
        return []
    try:
        await collection.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        if any(code != DUPLICATE_KEY for code in bulk_codes(error)):
            raise
        ids = list(newest)
        return [ids[entry["index"]] for entry in (error.details or {})["writeErrors"]]
    return []
