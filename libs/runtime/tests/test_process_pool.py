"""The pool of processes works next to the event loop, refuses calls when it is full, and replaces processes that die."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.process_pool import PoolIsFull, ProcessPool, WorkerDied
from support.eventually import eventually


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    made = ProcessPool(workers=1, waiting=2)
    yield made
    made.close()


async def test_work_is_done_in_another_process_and_a_full_pool_refuses(pool: ProcessPool) -> None:
    first, second = (asyncio.ensure_future(pool.run(os.getpid)) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(PoolIsFull):
        await pool.run(os.getpid)
    assert await first == await second != os.getpid()
    with pytest.raises(ValueError, match="invalid literal"):
        await pool.run(int, "x")


async def test_a_worker_that_dies_is_replaced(pool: ProcessPool) -> None:
    with pytest.raises(WorkerDied):
        await pool.run(os._exit, 1)
    assert await pool.run(os.getpid) != os.getpid()


def forever() -> None:
    while True:
        pass


async def test_work_without_end_is_ended_and_costs_nobody_else_a_failure() -> None:
    pool = ProcessPool(workers=1, waiting=4, cpu_seconds=1)
    try:
        left = asyncio.ensure_future(pool.run(forever))
        endless, first, second = (
            asyncio.ensure_future(pool.run(work)) for work in (forever, os.getpid, os.getpid)
        )
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(WorkerDied):
            await endless
        assert await first == await second != os.getpid()
        with pytest.raises(asyncio.CancelledError):
            await left
    finally:
        pool.close()


SERVICE = """
import asyncio, os
from runtime.process_pool import ProcessPool

async def main():
    print(await ProcessPool().run(os.getpid), flush=True)
    await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_worker_ends_with_its_service_when_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(SERVICE, encoding="utf-8")
    service = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "service.py"), stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout is not None
    worker = int(await service.stdout.readline())
    service.kill()
    await service.wait()
    await eventually(lambda: not _runs(worker), 30, "the end of the worker")


def _runs(pid: int) -> bool:
    """Whether the process is there, and is not one that has ended and is not reaped yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
