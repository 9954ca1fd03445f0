"""MongoDB: the replica set, what the user may do, and the limits of the server."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

from pymongo.errors import OperationFailure, PyMongoError

from anchorage_cli.doctor.check import Check, ok, warning, wrong
from anchorage_cli.doctor.network import compared
from anchorage_cli.installation import Installation
from anchorage_cli.processes import SERVICES, WITHOUT_DATABASE
from runtime.mongo.client import Client, Document, connect

OLDEST_MAJOR = 6
UNAUTHORIZED = 13
FILES = "file descriptors"
"""In mongod's own warning about its limit of open files: each collection and each index needs one."""


async def check_mongodb(where: Installation) -> list[Check]:
    """All checks; only the first if MongoDB cannot be reached."""
    client = connect(where.mongodb)
    try:
        asked = time.time()
        hello = await client.admin.command("hello")
        ahead = (asked + time.time()) / 2 - hello["localTime"].timestamp()
        build = await client.admin.command("buildInfo")
        return [
            *_set(hello, build),
            compared("clock of MongoDB", ahead),
            await _login(client),
            *[check async for check in _rights(client, where.prefix)],
            await _limits(client),
        ]
    except (PyMongoError, OSError) as error:
        return [
            wrong(
                "MongoDB",
                f"it does not answer, or refuses ({type(error).__name__})",
                "check ANCHORAGE_MONGODB_URI",
            )
        ]
    finally:
        await client.close()


def _set(hello: Document, build: Document) -> Iterator[Check]:
    version = str(build["version"])
    if int(version.partition(".")[0]) < OLDEST_MAJOR:
        yield wrong("MongoDB: version", version, f"{OLDEST_MAJOR}.0 or later is needed")
    else:
        yield ok("MongoDB: version", version)
    members = len(hello.get("hosts", ()))
    if not hello.get("setName"):
        yield wrong(
            "MongoDB: replica set",
            "none",
            "change streams and majority writes need one: see `Go live`, step 1",
        )
    elif members < 3:
        yield warning("MongoDB: replica set", f"{members} member(s)", "use three, so that one may fail")
    else:
        yield ok("MongoDB: replica set", f"{members} members")


async def _login(client: Client) -> Check:
    status = await client.admin.command("connectionStatus")
    users = [found["user"] for found in status["authInfo"]["authenticatedUsers"]]
    if users:
        return ok("MongoDB: login", f"as {', '.join(users)}")
    return warning(
        "MongoDB: login", "none", "turn on authentication, and give each service a user of its own"
    )


async def _rights(client: Client, prefix: str) -> AsyncIterator[Check]:
    refused = []
    for name in sorted(set(SERVICES) - WITHOUT_DATABASE):
        try:
            await client[prefix + name].list_collection_names()
        except OperationFailure as error:
            if error.code != UNAUTHORIZED:
                raise
            refused.append(prefix + name)
    if refused:
        yield wrong(
            "MongoDB: rights", f"may not read {', '.join(refused)}", "grant readAnyDatabase to this user"
        )
    else:
        yield ok("MongoDB: rights", "may read the databases of all services")


async def _limits(client: Client) -> Check:
    try:
        said = (await client.admin.command("getLog", "startupWarnings"))["log"]
    except OperationFailure:
        return warning(
            "MongoDB: open files",
            "this user may not look",
            "grant clusterMonitor, or run `ulimit -n` as mongod's user",
        )
    if any(FILES in line for line in said):
        return warning(
            "MongoDB: open files", "mongod says that its limit is too low", "raise it to 64000 or more"
        )
    return ok("MongoDB: open files", "mongod is content with its limit")
