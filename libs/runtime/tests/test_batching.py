"""Batching: calls that arrive together are handled together, and each caller gets its own outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from runtime.batching import Batcher

SOON = 5.0
"""Seconds."""


class Gate:
    """Work that waits until it is let through, and remembers its rounds."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.began: list[float] = []
        self.entered = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.rounds.append(list(items))
        self.began.append(time.monotonic())
        self.entered.set()
        await self.open.wait()
        return [ValueError(f"{item} is odd") if item % 2 else item * 10 for item in items]


async def test_calls_that_arrive_during_a_batch_form_the_next_one():
    gate = Gate()
    gathered = Batcher(gate, interval=0)
    first = asyncio.create_task(gathered(0))
    await gate.entered.wait()
    later = [asyncio.create_task(gathered(item)) for item in (2, 4, 6)]
    gate.open.set()
    assert await asyncio.gather(first, *later) == [0, 20, 40, 60]
    assert gate.rounds == [[0], [2, 4, 6]]


async def test_a_batch_holds_at_most_its_maximum():
    gate = Gate()
    gate.open.set()
    gathered = Batcher(gate, max_batch=2, interval=0)
    await asyncio.gather(*(gathered(item) for item in (0, 2, 4, 6, 8)))
    assert gate.rounds == [[0, 2], [4, 6], [8]]


async def test_an_outcome_that_is_an_error_is_raised_to_its_own_caller():
    gate = Gate()
    gate.open.set()
    gathered = Batcher(gate, interval=0)
    outcomes = await asyncio.gather(gathered(1), gathered(2), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["1 is odd", "20"]


async def test_a_failed_batch_raises_to_all_its_callers_and_the_next_one_runs():
    failing = True

    async def work(items: Sequence[int]) -> Sequence[int]:
        if failing:
            raise ConnectionError("the database is away")
        return items

    gathered = Batcher[int, int](work, interval=0)
    outcomes = await asyncio.gather(gathered(1), gathered(2), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConnectionError, ConnectionError]
    failing = False
    assert await gathered(3) == 3


async def test_a_lone_call_runs_at_once():
    gate = Gate()
    gate.open.set()
    async with asyncio.timeout(SOON):
        assert await Batcher(gate, interval=1_000)(2) == 20


async def test_batches_start_one_interval_apart_and_the_second_takes_all_that_arrived():
    gate = Gate()
    gate.open.set()
    gathered = Batcher(gate, interval=0.2)
    await gathered(0)
    await asyncio.gather(gathered(2), gathered(4))
    assert gate.rounds == [[0], [2, 4]]
    assert gate.began[1] - gate.began[0] >= 0.2


async def test_a_full_batch_does_not_wait_for_the_interval():
    gate = Gate()
    gate.open.set()
    gathered = Batcher(gate, max_batch=2, interval=1_000)
    await gathered(0)
    async with asyncio.timeout(SOON):
        await asyncio.gather(*(gathered(item) for item in (2, 4, 6, 8)))
    assert gate.rounds == [[0], [2, 4], [6, 8]]


async def test_a_cancelled_caller_stops_no_other_caller():
    gate = Gate()
    gathered = Batcher(gate, interval=0)
    impatient, patient = asyncio.create_task(gathered(0)), asyncio.create_task(gathered(2))
    await gate.entered.wait()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    gate.open.set()
    assert await patient == 20


async def test_when_the_batches_are_cancelled_no_caller_is_left_waiting():
    gate = Gate()
    gathered = Batcher(gate, interval=0)
    first = asyncio.create_task(gathered(0))
    await gate.entered.wait()
    second = asyncio.create_task(gathered(2))
    await asyncio.sleep(0)
    gathered._loop.cancel()
    done, _ = await asyncio.wait({first, second}, timeout=SOON)
    assert done == {first, second}
    assert first.cancelled()
    assert second.cancelled()
