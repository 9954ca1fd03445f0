"""One run at a time, and cleaning up after one that was killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from anchorage_local.run_lock import AlreadyRunning, hold, stop_run

HOLDER = """
import pathlib, signal, sys, time
from anchorage_local.run_lock import hold

class Stop(BaseException): ...

def stop(*_):
    raise Stop

signal.signal(signal.SIGTERM, stop)
try:
    with hold(pathlib.Path(sys.argv[1]), print):
        print("mine", flush=True)
        time.sleep(60)
except Stop:
    print("ended in order", flush=True)
"""


@contextmanager
def another_run(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == "mine\n"
        try:
            yield run
        finally:
            run.kill()


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def leave_record(folder: Path, process: psutil.Process, started: float) -> None:
    """Write the list of children as a killed run leaves it."""
    child = {"pid": process.pid, "started": started}
    (folder / "run.json").write_text(json.dumps({"pid": 1, "children": {"kafka": child}}), encoding="utf-8")


def test_a_second_run_on_the_same_folder_is_refused_and_names_the_first(tmp_path: Path) -> None:
    with (
        another_run(tmp_path) as run,
        pytest.raises(AlreadyRunning, match=f"pid {run.pid}.*make stop"),
        hold(tmp_path, print),
    ):
        pytest.fail("two runs at once")


def test_a_killed_run_does_not_block_the_next(tmp_path: Path) -> None:
    with another_run(tmp_path) as run:
        run.kill()
        run.wait()
    with hold(tmp_path, print):
        assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["pid"]


def test_processes_that_a_killed_run_left_behind_are_ended(tmp_path: Path, sleeper: psutil.Process) -> None:
    leave_record(tmp_path, sleeper, sleeper.create_time())
    said: list[str] = []
    with hold(tmp_path, said.append):
        assert not sleeper.is_running()
    assert said == ["ending 1 processes that an earlier run left behind"]


def test_a_process_that_reuses_the_id_of_a_child_is_not_touched(
    tmp_path: Path, sleeper: psutil.Process
) -> None:
    leave_record(tmp_path, sleeper, sleeper.create_time() - 3600)
    with hold(tmp_path, print):
        assert sleeper.is_running()


def test_stopping_ends_the_other_run_in_order_and_waits_for_it(tmp_path: Path) -> None:
    said: list[str] = []
    with another_run(tmp_path) as run:
        stop_run(tmp_path, said.append, within=20)
        assert run.wait(5) == 0
        assert run.stdout
        assert run.stdout.read() == "ended in order\n"
    assert said == [f"stopping (pid {run.pid})", "stopped"]


def test_stopping_says_so_when_nothing_runs(tmp_path: Path) -> None:
    said: list[str] = []
    stop_run(tmp_path, said.append)
    assert said == ["nothing is running"]


def test_stopping_a_run_that_does_not_end_times_out(tmp_path: Path) -> None:
    with another_run(tmp_path) as run:
        run.send_signal(signal.SIGSTOP)
        with pytest.raises(TimeoutError, match="has not ended within"):
            stop_run(tmp_path, print, within=0.5)
