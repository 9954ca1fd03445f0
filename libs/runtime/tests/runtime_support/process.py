"""The noting service as a process, to be called, killed, frozen and inspected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from runtime.kafka.topics import ensure_topics
from runtime.mongo.client import Database, connect, database
from runtime_support.noting import ECHOES, NOTES
from support.eventually import eventually

TESTS = Path(__file__).parents[1]


class Process:
    """One running replica; its standard error is its log."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "runtime_support.noting"],
                stdout=subprocess.DEVNULL,
                stderr=output,
                env=environment,
            )

    def lines(self) -> list[dict[str, Any]]:
        """The log so far; a line that is not JSON fails the test."""
        whole, _, _ = self._log.read_bytes().rpartition(b"\n")
        return [orjson.loads(line) for line in whole.splitlines()]

    @property
    def metrics_url(self) -> str:
        """Where its metrics are."""
        return next((str(line["metrics_url"]) for line in self.lines() if line["message"] == "serving"), "")

    @property
    def url(self) -> str:
        return next((str(line["url"]) for line in self.lines() if line["message"] == "serving"), "")

    async def ready(self) -> None:
        def is_ready() -> bool:
            assert self._popen.poll() is None, self._log.read_text(encoding="utf-8")
            return any(line["message"] == "ready" for line in self.lines())

        await eventually(is_ready, within=40, what="the process to be ready")

    def send(self, which: signal.Signals) -> None:
        self._popen.send_signal(which)

    async def ended(self, within: float = 20) -> int:
        """Wait for its end; its exit code."""
        await eventually(lambda: self._popen.poll() is not None, within, what="the process to end")
        return int(self._popen.returncode)

    async def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        await self.ended()

    def end(self) -> None:
        """Whatever its state."""
        if self._popen.poll() is None:
            self._popen.kill()
            self._popen.wait()


@dataclass
class Place:
    """Where replicas of the noting service run: its topics, its database, its spans."""

    kafka: str
    mongodb: str
    prefix: str
    folder: Path
    db: Database
    http: aiohttp.ClientSession
    replicas: list[Process] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def fresh(cls, kafka: str, mongodb: str, prefix: str, folder: Path) -> AsyncIterator[Place]:
        await ensure_topics(kafka, prefix, [NOTES, ECHOES])
        client = connect(mongodb)
        async with aiohttp.ClientSession() as http:
            place = cls(kafka, mongodb, prefix, folder, database(client, prefix + "noting"), http)
            try:
                yield place
            finally:
                for replica in place.replicas:
                    replica.end()
                await client.close()

    async def replica(self, **environment: str) -> Process:
        """Start one and wait until it is ready."""
        settings = {
            "ANCHORAGE_KAFKA": self.kafka, "ANCHORAGE_MONGODB_URI": self.mongodb, "ANCHORAGE_PREFIX": self.prefix,
            "ANCHORAGE_TRACE_DIR": str(self.folder / "traces"), "PYTHONPATH": str(TESTS),
        }  # fmt: skip
        log = self.folder / f"replica{len(self.replicas)}.log"
        process = Process({**os.environ, **settings, **environment}, log)
        self.replicas.append(process)
        await process.ready()
        return process

    async def take(self, replica: Process, note_id: str, text: str = "", **headers: str) -> None:
        body = {"note_id": note_id, "text": text}
        async with self.http.post(replica.url + "/notes", json=body, headers=headers) as answer:
            assert answer.status == 201, await answer.text()

    async def heard(self) -> set[str]:
        """The notes that have gone the whole way."""
        return {note["_id"] async for note in self.db["heard"].find()}

    async def all_heard(self, expected: set[str], within: float = 30) -> None:
        async def there() -> bool:
            missing = expected - await self.heard()
            assert not missing, missing
            return True

        await eventually(there, within, what="all notes to be heard")

    def spans(self) -> list[dict[str, Any]]:
        """All spans that the replicas have written."""
        path = self.folder / "traces" / "noting.jsonl"
        return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
