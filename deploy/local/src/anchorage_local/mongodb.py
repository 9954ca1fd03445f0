"""A MongoDB as a replica set of one node."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from anchorage_local.console import Say
from anchorage_local.fetch import mongod_folder
from anchorage_local.ports import HOST, accepts
from anchorage_local.process import ManagedProcess, StartFailed

REPLICA_SET = "rs0"
OLDEST_MAJOR = 6
CACHE_GB = "0.5"
SYSTEM_LIBRARIES = {"libcurl.so.4": "libcurl4", "liblzma.so.5": "liblzma5"}
"""Libraries that the downloaded mongod needs from the system, with their Debian packages."""

NOT_YET_INITIALIZED = 94


class MongoDB:
    """A MongoDB on `HOST:port` with its data in `folder`.

    Uses a `mongod` of version 6 or later on PATH, else downloads one into `cache`.
    """

    name = "mongodb"

    def __init__(self, folder: Path, port: int, *, cache: Path, log: Path, say: Say) -> None:
        self._folder = folder
        self._port = port
        self._cache = cache
        self._say = say
        self.log = log
        self.uri = f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"

    def process(self) -> ManagedProcess:
        """The process, ready to be started. Downloads mongod if needed."""
        program, env = self._program()
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [program, "--dbpath", str(self._folder), "--port", str(self._port), "--bind_ip", HOST]
        command += ["--replSet", REPLICA_SET, "--wiredTigerCacheSizeGB", CACHE_GB, "--oplogSize", "1024"]
        command += ["--nounixsocket", "--quiet"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        # No reads at a past timestamp: keeping five minutes of old versions for them costs constant disk writes.
        command += ["--setParameter", "minSnapshotHistoryWindowInSeconds=0"]
        # A single node cannot hand over to another: do not wait 15 s at a stop for clients to move.
        command += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
        return ManagedProcess("mongodb", command, env=env, log=self.log, ready=self._serves)

    def fetch(self) -> None:
        """Download the program unless it is there."""
        self._program()

    def _program(self) -> tuple[str, dict[str, str]]:
        on_path = shutil.which("mongod")
        if on_path and _major(on_path) >= OLDEST_MAJOR:
            return on_path, {}
        folder = mongod_folder(self._cache, self._say)
        _require_system_libraries()
        return str(folder / "mongod"), {"LD_LIBRARY_PATH": str((folder / "lib").resolve())}

    def _serves(self) -> bool:
        """Whether a write with majority concern succeeds. Creates the replica set first if needed."""
        if not accepts(self._port):
            return False
        with MongoClient[dict[str, object]](
            HOST, self._port, directConnection=True, serverSelectionTimeoutMS=2000
        ) as client:
            try:
                self._configure(client)
                client.admin.command(
                    "appendOplogNote",
                    data={"note": "started"},
                    writeConcern={"w": "majority", "wtimeout": 2000},
                )
            except PyMongoError:
                return False
            return True

    def _configure(self, client: MongoClient[dict[str, object]]) -> None:
        """Create the replica set at the first start; adapt it later if the port has changed."""
        member = f"{HOST}:{self._port}"
        try:
            config = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            client.admin.command(
                "replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}
            )
            return
        if config["members"][0]["host"] != member:
            config["members"][0]["host"] = member
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)


def _major(program: str) -> int:
    asked = [program, "--version"]
    said = subprocess.run(asked, capture_output=True, check=False, encoding="utf-8").stdout  # noqa: S603
    found = re.search(r"db version v(\d+)\.", said)
    return int(found.group(1)) if found else 0


def _require_system_libraries() -> None:
    """Raises StartFailed with the Debian package to install when mongod misses a library of the system."""
    for library, package in SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            raise StartFailed(
                f"MongoDB needs {library}, which is not installed. Install it with `apt-get install {package}` (or your "
                "distribution's package), or put a mongod on PATH."
            ) from None
