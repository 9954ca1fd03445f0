"""The real Kafka and MongoDB that tests run against: given from outside, or one pair of a test run's own.

A run's own pair is started by whichever pytest process needs it first, is shared by all xdist workers, and ends with
the run: `python -m anchorage_local infra` stops by itself when the controller is gone, however that came.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KAFKA = "ANCHORAGE_TEST_KAFKA"
MONGODB = "ANCHORAGE_TEST_MONGODB"
FOLDER = "ANCHORAGE_TEST_PARTS"
"""Names the run's folder to xdist workers; set by the controller."""
START_WITHIN = 600
"""Seconds; the first start on a machine downloads 120 MB."""


class NoRealParts(Exception):
    """Tests need a real Kafka and a real MongoDB and cannot have them: an error, never a skip."""


@dataclass(frozen=True)
class Parts:
    """Where the real parts listen."""

    kafka: str
    mongodb: str


def find(cache: Path) -> Parts:
    """The parts named by the environment, else this run's own pair, started if it is not up yet."""
    given = [os.environ.get(KAFKA), os.environ.get(MONGODB)]
    if all(given):
        return Parts(*map(str, given))
    if any(given):
        raise NoRealParts(f"set both {KAFKA} and {MONGODB}, or neither")
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        addresses = folder / "infra.json"
        if not addresses.exists():
            _start(folder, cache)
        found = json.loads(addresses.read_text(encoding="utf-8"))
    return Parts(kafka=found["kafka"], mongodb=found["mongodb"])


def _start(folder: Path, cache: Path) -> None:
    command = [sys.executable, "-m", "anchorage_local", "infra", "--dir", str(folder)]
    command += [
        "--kafka-port=0",
        "--mongo-port=0",
        "--while-pid",
        (folder / "controller").read_text(encoding="utf-8"),
    ]
    log = folder / "infra.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={"ANCHORAGE_CACHE": str(cache), **os.environ},
        )
    (folder / "pid").write_text(str(process.pid), encoding="utf-8")
    deadline = time.monotonic() + START_WITHIN
    while not (folder / "infra.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoRealParts(f"Kafka and MongoDB could not be started:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.1)


def open_run() -> Path:
    """Called by the controller before any worker starts."""
    folder = Path(tempfile.mkdtemp(prefix="anchorage-test-"))
    (folder / "controller").write_text(str(os.getpid()), encoding="utf-8")
    os.environ[FOLDER] = str(folder)
    return folder


def close_run(folder: Path) -> None:
    """Called by the controller after all tests: stops the pair, if one was started, and removes its data."""
    if (folder / "pid").exists():
        pid = int((folder / "pid").read_text(encoding="utf-8"))
        _end(pid)
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(FOLDER, None)


def _end(pid: int) -> None:
    """SIGTERM, then wait until the process is gone; it may be our child or a worker's."""
    deadline = time.monotonic() + 30
    try:
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
