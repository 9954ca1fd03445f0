"""One MongoDB client for a process, with the write concern that survives a crash.

Majority is set explicitly: with w=1 a killed mongod loses acknowledged writes.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]

CollectionFilter = dict[str, Any]
"""A condition on a collection's name, in MongoDB's query language."""

AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


def connect(uri: str) -> Client:
    """A client bound to the running event loop; it connects on first use."""
    return AsyncMongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=30_000,
        maxPoolSize=64,
        retryWrites=True,
        retryReads=True,
    )


def database(client: Client, name: str) -> Database:
    """The service's own database: majority reads and writes, from the primary, time-zone-aware datetimes."""
    return client.get_database(
        name,
        codec_options=AWARE,
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern(w="majority", wtimeout=10_000),
        read_concern=ReadConcern("majority"),
    )


def named(*names: str) -> CollectionFilter:
    """Matches the collections with these names.

    A change stream evaluates the filter for every write on the server. A regular expression is compiled each time and
    costs more than twice as much there.
    """
    return {"$in": list(names)}


def with_prefix(prefix: str) -> CollectionFilter:
    """Matches the collections whose names start with `prefix`; without a regular expression, for the same reason."""
    return {"$gte": prefix, "$lt": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
