"""One run at a time on a data folder, and cleaning up after a run that was killed."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

import psutil

from anchorage_local.console import Say
from anchorage_local.files import write_atomically

CHILD_STOP_TIMEOUT = 12.0
"""Seconds that the children of a killed run have to stop; longer than any of them takes."""
CLOCK_SLACK = 2.0
"""Seconds by which two readings of a process's start may differ: both are counted from the boot of the machine."""


class AlreadyRunning(Exception):
    """Another run holds this data folder."""


class Identity(TypedDict):
    """Identifies one process: the system reuses ids, but not with the same start time."""

    pid: int
    started: float


class RunLock:
    """This run's lock on a data folder, and the list of its child processes."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "run.json"

    def record(self, children: dict[str, int]) -> None:
        """Write down the child processes by name, so that the next run can end them if this one is killed."""
        known = {name: found for name, pid in children.items() if (found := _identity(pid))}
        write_atomically(self._file, json.dumps({"pid": os.getpid(), "children": known}))

    def end_orphans(self, say: Say) -> None:
        """End the processes that a killed run left behind."""
        left = [process for child in _read(self._file)["children"].values() if (process := _same(child))]
        if left:
            say(f"ending {len(left)} processes that an earlier run left behind")
            _end(left)

    def clear(self) -> None:
        """Remove the list: all children have ended."""
        self._file.unlink(missing_ok=True)


@contextmanager
def hold(folder: Path, say: Say) -> Iterator[RunLock]:
    """Lock the data folder and end what a killed run left behind. Raises AlreadyRunning.

    The lock ends with this process, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Anchorage is already running on {folder} (pid {_read(folder / 'run.json')['pid']}). "
                "Stop it with `make stop`, or choose another folder with ANCHORAGE_DATA=<folder>."
            ) from None
        held = RunLock(folder)
        held.end_orphans(say)
        held.record({})
        yield held
        held.clear()


def stop_run(folder: Path, say: Say, within: float = 120) -> None:
    """Stop the run on this folder and wait for its end. Without one, end what a killed run left behind.

    Raises TimeoutError after `within` seconds.
    """
    deadline = time.monotonic() + within
    asked = False
    while True:
        try:
            with hold(folder, say):
                say("stopped" if asked else "nothing is running")
                return
        except AlreadyRunning:
            if not asked and (pid := _read(folder / "run.json")["pid"]):
                say(f"stopping (pid {pid})")
                os.kill(pid, signal.SIGTERM)
                asked = True
        if time.monotonic() > deadline:
            raise TimeoutError(f"the run on {folder} has not ended within {within:.0f} s")
        time.sleep(0.2)


class _Record(TypedDict):
    pid: int | None
    children: dict[str, Identity]


def _read(file: Path) -> _Record:
    if not file.exists():
        return {"pid": None, "children": {}}
    record: _Record = json.loads(file.read_text(encoding="utf-8"))
    return record


def _identity(pid: int) -> Identity | None:
    """None once the process has ended."""
    with suppress(psutil.NoSuchProcess):
        return {"pid": pid, "started": psutil.Process(pid).create_time()}
    return None


def _same(child: Identity) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(child["pid"])
        if abs(process.create_time() - child["started"]) < CLOCK_SLACK:
            return process
    return None


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=CHILD_STOP_TIMEOUT)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
