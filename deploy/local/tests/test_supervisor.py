"""The supervisor, over small real child processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from anchorage_local.ports import free_port
from anchorage_local.process import ManagedProcess, StartFailed
from anchorage_local.supervisor import (
    LIVENESS_INTERVAL,
    MAX_LIVENESS_FAILURES,
    STABLE_AFTER,
    Part,
    Supervisor,
)
from support.eventually import Eventually

SERVING = """
    import pathlib, signal, sys, time
    name, folder = sys.argv[1], pathlib.Path(sys.argv[2])

    def stop(*_):
        with (folder / "stopped").open("a") as file:
            file.write(name + "\\n")
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    (folder / name).touch()
    while True:
        time.sleep(60)
"""


class Bench:
    """A supervisor with a clock that a test moves by hand, and what it has said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.pids: dict[str, int] = {}
        self.now = 1000.0
        self.supervisor = Supervisor(self.said.append, self._changed, clock=lambda: self.now)

    def _changed(self, pids: dict[str, int]) -> None:
        self.pids = pids

    def part(
        self,
        name: str,
        *,
        stage: int = 0,
        code: str = SERVING,
        live: Callable[[], bool] | None = None,
        start_timeout: float = 20,
    ) -> Part:
        """A child that runs `code`; it is ready when it has made a file of its name."""

        def make() -> ManagedProcess:
            (self.folder / name).unlink(missing_ok=True)
            return ManagedProcess(
                name,
                [sys.executable, "-c", dedent(code), name, str(self.folder)],
                log=self.folder / f"{name}.log",
                ready=(self.folder / name).exists,
                start_timeout=start_timeout,
            )

        return Part(name, stage, free_port(), make, live)

    def kill(self, name: str) -> int:
        """kill -9; returns the id that it had."""
        pid = self.pids[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def heard(self, text: str) -> bool:
        """Whether something with this text was said."""
        return any(text in line for line in self.said)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.supervisor.stop()


async def test_a_part_that_dies_is_restarted_and_both_are_printed(
    bench: Bench, eventually: Eventually
) -> None:
    bench.supervisor.start([bench.part("checkout")])
    old = bench.kill("checkout")

    def back() -> bool:
        bench.supervisor.check()
        bench.now += 1
        return bench.heard("checkout is back")

    await eventually(back, what="checkout to be back")
    assert bench.heard("checkout has ended (killed by SIGKILL)")
    assert bench.pids["checkout"] != old
    assert psutil.pid_exists(bench.pids["checkout"])


async def test_the_backoff_grows_while_a_part_keeps_dying_and_starts_over_once_it_is_stable(
    bench: Bench, eventually: Eventually
) -> None:
    bench.supervisor.start([bench.part("payment")])

    async def dies() -> str:
        before = len(bench.said)
        bench.kill("payment")

        def told() -> str | None:
            bench.supervisor.check()
            return next((line for line in bench.said[before:] if "has ended" in line), None)

        return str(await eventually(told, what="the end to be noticed"))

    async def lives_again() -> None:
        bench.now += 60
        before = len(bench.said)

        def back() -> bool:
            bench.supervisor.check()
            return any("is back" in line for line in bench.said[before:])

        await eventually(back, what="payment to be back")

    assert "restarting it in 0.5 s" in await dies()
    await lives_again()
    assert "restarting it in 1.0 s" in await dies()
    await lives_again()
    assert "restarting it in 2.0 s" in await dies()
    await lives_again()
    bench.now += STABLE_AFTER + 1
    bench.supervisor.check()
    assert "restarting it in 0.5 s" in await dies()


async def test_a_part_is_not_restarted_before_its_backoff_is_over(
    bench: Bench, eventually: Eventually
) -> None:
    bench.supervisor.start([bench.part("search")])
    bench.kill("search")

    def noticed() -> bool:
        bench.supervisor.check()
        return bench.heard("search has ended")

    await eventually(noticed, what="the end to be noticed")
    bench.now += 0.4
    bench.supervisor.check()
    assert not psutil.pid_exists(bench.pids["search"]) or _is_zombie(bench.pids["search"])
    bench.now += 0.2
    bench.supervisor.check()
    assert psutil.Process(bench.pids["search"]).is_running()


def _is_zombie(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def test_a_part_that_makes_no_progress_is_killed_and_restarted(
    bench: Bench, eventually: Eventually
) -> None:
    hangs = True
    bench.supervisor.start([bench.part("catalog", live=lambda: not hangs)])
    old = bench.pids["catalog"]
    for _ in range(MAX_LIVENESS_FAILURES):
        assert not bench.heard("makes no progress")
        bench.supervisor.check()
        bench.now += LIVENESS_INTERVAL
    assert bench.heard("catalog is running but makes no progress")
    hangs = False

    def back() -> bool:
        bench.supervisor.check()
        bench.now += 1
        return bench.heard("catalog is back")

    await eventually(back, what="catalog to be back")
    assert bench.pids["catalog"] != old


def test_parts_stop_stage_by_stage_from_the_highest(bench: Bench) -> None:
    names = {"mongodb": 0, "kafka": 1, "alipay_sandbox": 2, "checkout": 3, "gateway": 4}
    bench.supervisor.start([bench.part(name, stage=stage) for name, stage in names.items()])
    bench.supervisor.stop()
    stopped = (bench.folder / "stopped").read_text(encoding="utf-8").split()
    assert stopped == ["gateway", "checkout", "alipay_sandbox", "kafka", "mongodb"]
    assert bench.pids == {}


def test_a_part_that_ends_while_starting_is_an_error_that_shows_its_log(bench: Bench) -> None:
    with pytest.raises(StartFailed, match=r"(?s)identity has ended while starting \(exit code 3\).*no key"):
        bench.supervisor.start([bench.part("identity", code="import sys; print('no key'); sys.exit(3)")])


def test_a_part_that_never_serves_is_killed_and_is_an_error(bench: Bench) -> None:
    part = bench.part(
        "sharecode", code="import time; print('thinking', flush=True); time.sleep(60)", start_timeout=1
    )
    with pytest.raises(StartFailed, match=r"(?s)sharecode did not serve within 1 s.*thinking"):
        bench.supervisor.start([part])


def test_a_part_that_ignores_a_polite_stop_is_killed(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w'); time.sleep(60)"
    )
    flag = tmp_path / "up"
    process = ManagedProcess(
        "stubborn",
        [sys.executable, "-c", code, str(flag)],
        log=tmp_path / "log",
        ready=flag.exists,
        stop_timeout=0.5,
    )
    process.start()
    pid = process.pid
    process.end()
    assert pid
    assert not psutil.pid_exists(pid)


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    code = f"""
        import pathlib, sys, time
        from anchorage_local.process import ManagedProcess
        child = ManagedProcess(
            "child", ["sleep", "60"], log=pathlib.Path({str(tmp_path / "log")!r}), ready=lambda: True
        )
        child.start()
        print(child.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", dedent(code)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    _, alive = psutil.wait_procs([child], timeout=10)
    assert not alive


async def test_on_a_full_disk_everything_runs_on_and_comes_back_once_there_is_space(
    bench: Bench, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    disk_is_full = False

    def recorded(pids: dict[str, int]) -> None:
        if disk_is_full:
            raise full
        bench.pids = pids

    def launched(process: ManagedProcess) -> None:
        if disk_is_full:
            raise full
        launch(process)

    launch = ManagedProcess.launch
    monkeypatch.setattr(ManagedProcess, "launch", launched)
    bench.supervisor = Supervisor(bench.said.append, recorded, clock=lambda: bench.now)
    bench.supervisor.start([bench.part("checkout"), bench.part("catalog")])
    catalog = bench.pids["catalog"]
    disk_is_full = True
    old = bench.kill("checkout")

    def refused() -> bool:
        bench.supervisor.check()
        bench.now += 1
        return sum("checkout cannot be started" in line for line in bench.said) > 1

    await eventually(refused, what="two restarts to fail")
    disk_is_full = False

    def back() -> bool:
        bench.supervisor.check()
        bench.now += 1
        return bench.heard("checkout is back")

    await eventually(back, what="checkout to be back")
    assert bench.pids["checkout"] != old
    assert bench.pids["catalog"] == catalog
    assert sum("cannot be written" in line for line in bench.said) == 1


async def test_the_reason_of_a_failed_start_is_not_hidden_by_stack_frames(bench: Bench) -> None:
    code = """
        print("java.io.IOException: No space left on device")
        for number in range(200):
            print(f"\\tat org.example.Log.append(Log.java:{number})")
    """
    with pytest.raises(StartFailed) as failed:
        bench.supervisor.start([bench.part("kafka", code=code)])
    assert "The disk is full; free some space." in str(failed.value)
    assert "java.io.IOException: No space left on device" in str(failed.value)
    assert "\tat " not in str(failed.value)
