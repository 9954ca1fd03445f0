"""`anchorage restore FOLDER`: a backup into an empty installation, so that its services catch up from the streams.

Databases with their indexes, and the offsets of the consumer groups. If Kafka has no records, every outbox is published again instead.
It refuses databases that hold anything, damaged files, and another Kafka. Stop the services first, and start them afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from bson import decode_file_iter, json_util
from bson.raw_bson import RawBSONDocument

from anchorage_cli.backup.manifest import Manifest, data_file, metadata_file, read_manifest
from anchorage_cli.backup.moment import RAW
from anchorage_cli.backup.streams_of import nobody_consumes, put_back, streams_are_there
from anchorage_cli.backup.take import DATABASES
from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation, installation
from anchorage_cli.output import print_json
from runtime.mongo.change_stream import operation_time
from runtime.mongo.client import Client, Database, Document, connect, database

MAX_BATCH, MAX_BATCH_BYTES = 1_000, 8 * 1024 * 1024
RELAY = "relay"
READ_ALL = {"_id": "outbox", "token": {"_data": "none"}, "fence": 0}
"""A position that no server can resume from: the relay then publishes all outboxes."""
Say = Callable[[Document], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's argument."""
    parser.add_argument("folder", type=Path, help="the folder of a backup")


def run(arguments: argparse.Namespace) -> int:
    """Restore. Raises Refused before anything is written."""
    say = print_json if arguments.json else _say
    began = time.monotonic()
    manifest, kept = asyncio.run(restore(installation(), arguments.folder, say))
    streams = "kept" if kept else "empty"
    seconds = round(time.monotonic() - began, 1)
    say(
        {
            "documents": manifest.documents,
            "groups": len(manifest.offsets),
            "streams": streams,
            "seconds": seconds,
        }
    )
    return 0


def _say(step: Document) -> None:
    if "service" in step:
        print(f"{step['service']:10}  {step['documents']:,} documents", flush=True)
        return
    then = {
        "kept": f"{step['groups']} consumer groups continue from the backup",
        "empty": "Kafka is empty: every outbox is published again",
    }[step["streams"]]
    print(f"{step['documents']:,} documents in {step['seconds']:.1f} s; {then}.")
    print(
        "Start the services, wait until `anchorage status` says that all is well, then run `anchorage audit`."
    )


async def restore(where: Installation, folder: Path, say: Say) -> tuple[Manifest, bool]:
    """The manifest, and whether Kafka has the streams of the backup."""
    manifest = await asyncio.to_thread(read_manifest, folder)
    client = connect(where.mongodb)
    try:
        await _must_be_empty(client, where)
        await nobody_consumes(where)
        kept = await streams_are_there(where, manifest.offsets)
        for service in manifest.databases:
            db = database(client, where.prefix + service)
            again = manifest.unpublished.get(service) if kept else None
            held_back = await _write(db, folder, service, manifest, {(c, i) for c, i in again or ()})
            if service in manifest.unpublished:
                await _set_relay(db, again)
            for name, documents in held_back.items():
                await db[name].insert_many(
                    documents
                )  # behind the relay's position, so it publishes their events
            count = sum(file.documents for file in manifest.databases[service].values())
            say({"service": service, "documents": count})
    finally:
        await client.close()
    if kept:
        await put_back(where, manifest.offsets)
    return manifest, kept


async def _must_be_empty(client: Client, where: Installation) -> None:
    for service in DATABASES:
        names = await database(client, where.prefix + service).list_collection_names()
        if names:
            raise Refused(
                f"the database {where.prefix + service} is not empty ({len(names)} collections): restore writes to an empty "
                "installation only; drop it, or set another ANCHORAGE_PREFIX"
            )


async def _write(
    db: Database, folder: Path, service: str, manifest: Manifest, again: Collection[tuple[str, str]]
) -> dict[str, list[RawBSONDocument]]:
    """All collections but the relay's position, then their indexes. Returns what is to be published again, not written yet."""
    held_back: dict[str, list[RawBSONDocument]] = {}
    for name in manifest.databases[service]:
        metadata = json_util.loads(metadata_file(folder, service, name).read_text(encoding="utf-8"))
        await db.create_collection(name, **metadata["options"])
        if name != RELAY:
            ids = {aggregate_id for collection, aggregate_id in again if collection == name}
            for batch in _batches(data_file(folder, service, name)):
                later = [document for document in batch if ids and str(document["_id"]) in ids]
                now = [document for document in batch if document not in later] if later else batch
                if now:
                    await db[name].insert_many(now, ordered=False, bypass_document_validation=True)
                if later:
                    held_back.setdefault(name, []).extend(later)
        indexes = [index for index in metadata["indexes"] if index["name"] != "_id_"]
        if indexes:
            await db.command({"createIndexes": name, "indexes": indexes})
    return held_back


def _batches(file: Path) -> Iterator[list[RawBSONDocument]]:
    batch: list[RawBSONDocument] = []
    size = 0
    with file.open("rb") as content:
        documents: Iterator[Any] = decode_file_iter(content, RAW)
        for document in documents:
            batch.append(document)
            size += len(document.raw)
            if len(batch) == MAX_BATCH or size > MAX_BATCH_BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


async def _set_relay(db: Database, again: Sequence[tuple[str, str]] | None) -> None:
    """The relay starts now, or, if it is not known what was not published, with all outboxes."""
    position = READ_ALL if again is None else {"_id": "outbox", "start": await operation_time(db), "fence": 0}
    await db[RELAY].insert_one(dict(position))
