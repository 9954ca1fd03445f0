"""The pool of processes works next to the event loop, refuses calls when it is full, and replaces processes that die."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest

from runtime.process_pool import PoolIsFull, ProcessPool, WorkerDied


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
