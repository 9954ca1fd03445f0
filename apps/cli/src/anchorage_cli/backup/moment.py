"""Reads of collections as they were at one moment of the cluster."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from bson import Timestamp
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure

from anchorage_cli.errors import Refused
from runtime.mongo.client import Client, Database, Document

RAW = CodecOptions(document_class=RawBSONDocument)
UNAUTHORIZED = 13
TOO_OLD, NOT_YET_THERE = 239, 246
"""SnapshotTooOld and SnapshotUnavailable (MongoDB error_codes.yml)."""
WINDOW = "minSnapshotHistoryWindowInSeconds"
WINDOW_SECONDS = 3600
"""How long a backup may take: for so long mongod keeps what is overwritten after its moment."""


class NotThere(Exception):
    """The collection was made, or changed in its options, after the moment."""


@asynccontextmanager
async def history_kept(client: Client) -> AsyncIterator[None]:
    """Have mongod keep the history of an hour for the time of the backup. A user who may not set that takes what there is."""
    try:
        before = (await client.admin.command({"getParameter": 1, WINDOW: 1}))[WINDOW]
        raised = before < WINDOW_SECONDS
        if raised:
            await client.admin.command({"setParameter": 1, WINDOW: WINDOW_SECONDS})
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        raised = False
    try:
        yield
    finally:
        if raised:
            with suppress(OperationFailure):
                await client.admin.command({"setParameter": 1, WINDOW: before})


async def documents_at(
    db: Database, collection: str, at: Timestamp, session: AsyncClientSession, where: Document | None = None
) -> AsyncGenerator[RawBSONDocument, None]:
    """The documents of a collection at the moment `at`, as bytes. Raises NotThere, and Refused if the moment is too long ago.

    The session must not be causally consistent: it would ask for two moments at once.
    """
    command: Document = {
        "find": collection,
        "filter": where or {},
        "readConcern": {"level": "snapshot", "atClusterTime": at},
    }
    try:
        while True:
            reply: Any = await db.command(command, codec_options=RAW, session=session)
            cursor = reply["cursor"]
            for document in cursor["firstBatch" if "firstBatch" in cursor else "nextBatch"]:
                yield document
            if not cursor["id"]:
                return
            command = {"getMore": cursor["id"], "collection": collection}
    except OperationFailure as error:
        if error.code == NOT_YET_THERE:
            raise NotThere(collection) from None
        if error.code == TOO_OLD:
            raise Refused(
                f"MongoDB no longer has the moment of this backup: set {WINDOW} to {WINDOW_SECONDS} on every member, "
                "or give this user the right to set it (hostManager)"
            ) from None
        raise
