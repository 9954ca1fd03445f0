"""One run at a time on one data folder, and clearing up after a run that was killed."""

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
from anchorage_local.files import write_whole

CHILDREN_END_WITHIN = 12.0
"""Seconds that the children of a killed run get to end by themselves; longer than any of them takes to stop."""
CLOCK_SLACK = 2.0
"""Seconds by which two readings of one process's start may differ, since both are counted from the machine's boot."""


class AlreadyRunning(Exception):
    """Another run has this data folder."""


class Identity(TypedDict):
    """A process for sure: ids are used again, but not with the same start."""

    pid: int
    started: float


class Turn:
    """This run's hold on a data folder: a lock that ends with the process, and a list of who runs in it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "run.json"

    def record(self, children: dict[str, int]) -> None:
        """Keep the ids of the processes that run now, by name, for whoever comes after a kill -9 of this one."""
        known = {name: _identity(pid) for name, pid in children.items() if psutil.pid_exists(pid)}
        write_whole(self._file, json.dumps({"pid": os.getpid(), "children": known}))

    def end_children_left(self, say: Say) -> None:
        """End what a killed run has left running."""
        left = [process for child in _read(self._file)["children"].values() if (process := _same(child))]
        if left:
            say(f"ending {len(left)} processes that an earlier run has left")
            _end(left)

    def forget(self) -> None:
        """All have ended."""
        self._file.unlink(missing_ok=True)


@contextmanager
def take_turn(folder: Path, say: Say) -> Iterator[Turn]:
    """Hold the data folder; raises AlreadyRunning when somebody else does. What a killed run has left is ended first."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Anchorage is running already on {folder} (pid {_read(folder / 'run.json')['pid']}); "
                "`make stop` ends it, and ANCHORAGE_DATA=<folder> names another place"
            ) from None
        turn = Turn(folder)
        turn.end_children_left(say)
        turn.record({})
        yield turn
        turn.forget()


def stop_run(folder: Path, say: Say, within: float = 120) -> None:
    """End the run on this folder, if there is one, and wait until it has ended; else what a killed one has left.

    Raises TimeoutError when it has not ended in time.
    """
    deadline = time.monotonic() + within
    asked = False
    while True:
        try:
            with take_turn(folder, say):
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
    record: _Record = json.loads(file.read_text())
    return record


def _identity(pid: int) -> Identity:
    return {"pid": pid, "started": psutil.Process(pid).create_time()}


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
    _, alive = psutil.wait_procs(processes, timeout=CHILDREN_END_WITHIN)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
