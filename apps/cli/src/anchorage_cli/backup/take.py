"""`anchorage backup FOLDER`: all databases of the services as they were at one moment, into a new folder.

Services go on working. The folder has BSON files with their sums, the offsets of the consumer groups that belong to the moment, and
which events were not published by then. Not in it: Kafka's records, the index of search (it is rebuilt), pictures and feeds' files in
folders, and the secrets.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import time
from collections.abc import Callable
from contextlib import aclosing
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bson import Timestamp, json_util
from pymongo.asynchronous.client_session import AsyncClientSession

from anchorage_cli.backup.manifest import CollectionFile, Manifest, Offsets, data_file, metadata_file
from anchorage_cli.backup.moment import NotThere, documents_at, history_kept
from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation, installation
from anchorage_cli.lag import committed
from anchorage_cli.output import print_json
from anchorage_cli.processes import SERVICES, WITHOUT_DATABASE
from anchorage_cli.relays import unpublished
from runtime.clock import system_clock
from runtime.mongo.change_stream import HistoryLost, operation_time
from runtime.mongo.client import Client, Database, Document, connect, database

DATABASES = tuple(name for name in SERVICES if name not in WITHOUT_DATABASE)
Say = Callable[[Document], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's argument."""
    parser.add_argument("folder", type=Path, help="a new folder, or an empty one")


def run(arguments: argparse.Namespace) -> int:
    """Take the backup. Raises Refused."""
    say = print_json if arguments.json else _say
    manifest = asyncio.run(take(installation(), arguments.folder, say))
    say(
        {
            "documents": manifest.documents,
            "bytes": manifest.bytes,
            "seconds": manifest.seconds,
            "folder": str(arguments.folder),
        }
    )
    return 0


def _say(step: Document) -> None:
    if "service" in step:
        print(
            f"{step['service']:10}  {step['documents']:,} documents in {step['collections']} collections",
            flush=True,
        )
    else:
        print(
            f"{step['documents']:,} documents, {step['bytes'] / 1e6:,.1f} MB, {step['seconds']:.1f} s: {step['folder']}"
        )


async def take(where: Installation, folder: Path, say: Say) -> Manifest:
    """Write the backup into `folder`. Raises Refused, and leaves a folder without a manifest then."""
    _make(folder)
    began = time.monotonic()
    started_at = system_clock().isoformat()
    # Before the moment of the databases: what an offset says is handled must be in them. More in them is harmless.
    offsets = _without_prefix(where, await committed(where))
    client = connect(where.mongodb)
    try:
        async with history_kept(client), client.start_session(causal_consistency=False) as session:
            at = await operation_time(database(client, where.prefix + DATABASES[0]))
            server = str((await client.admin.command("buildInfo"))["version"])
            manifest = Manifest(
                version("anchorage-cli"), server, where.prefix, started_at, (at.time, at.inc), offsets
            )
            for service in DATABASES:
                await _service(client, where, service, at, session, folder, manifest)
                files = manifest.databases.get(service, {})
                documents = sum(file.documents for file in files.values())
                say({"service": service, "documents": documents, "collections": len(files)})
    finally:
        await client.close()
    manifest.seconds = round(time.monotonic() - began, 1)
    manifest.write(folder)
    return manifest


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty: name a new folder")
    folder.mkdir(parents=True, exist_ok=True)


async def _service(
    client: Client, where: Installation, service: str, at: Timestamp, session: AsyncClientSession, folder: Path, manifest: Manifest,
) -> None:  # fmt: skip
    """One database, and what its relay had not published."""
    db = database(client, where.prefix + service)
    position: Document | None = None
    files: dict[str, CollectionFile] = {}
    async for listed in await db.list_collections():
        name = listed["name"]
        if listed.get("type", "collection") != "collection" or name.startswith("system."):
            continue
        data = data_file(folder, service, name)
        data.parent.mkdir(exist_ok=True)
        try:
            files[name] = await _collection(db, name, at, session, data)
        except NotThere:
            data.unlink()
            continue
        indexes = [dict(index) async for index in await db[name].list_indexes()]
        metadata = {"options": listed.get("options", {}), "indexes": indexes, "collectionName": name}
        metadata_file(folder, service, name).write_text(json_util.dumps(metadata), encoding="utf-8")
        if name == "relay":
            async for document in documents_at(db, name, at, session, {"_id": "outbox"}):
                position = dict(document)
    if files:
        manifest.databases[service] = files
    if position is not None:
        manifest.unpublished[service] = await _unpublished(db, position, at)


async def _collection(
    db: Database, name: str, at: Timestamp, session: AsyncClientSession, data: Path
) -> CollectionFile:
    documents = size = 0
    found = hashlib.sha256()
    with data.open("wb") as file:
        async with aclosing(documents_at(db, name, at, session)) as stored:
            async for document in stored:
                file.write(document.raw)
                found.update(document.raw)
                documents, size = documents + 1, size + len(document.raw)
    return CollectionFile(documents, size, found.hexdigest())


async def _unpublished(db: Database, position: Document, at: Timestamp) -> list[tuple[str, str]] | None:
    try:
        async with aclosing(unpublished(db, position, at)) as waiting:
            return sorted({recorded.aggregate async for _, recorded in waiting})
    except HistoryLost:
        return None


def _without_prefix(where: Installation, groups: dict[str, dict[Any, int]]) -> Offsets:
    found: Offsets = {}
    for group, offsets in groups.items():
        for at, offset in offsets.items():
            topic = at.topic.removeprefix(where.prefix)
            found.setdefault(group, {}).setdefault(topic, {})[str(at.partition)] = offset
    return found
