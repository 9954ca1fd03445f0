"""Turns for calls with large bodies."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from runtime.web.pictures import Turns
from runtime.web.problems import Problem


async def test_few_hold_a_place_the_next_wait_in_order_and_more_are_refused() -> None:
    turns, order = Turns(at_once=1, waiting=2), list[str]()

    async def wait_for_a_place(name: str) -> None:
        async with turns.turn():
            order.append(name)

    async with AsyncExitStack() as holding:
        await holding.enter_async_context(turns.turn())
        second, third = (asyncio.ensure_future(wait_for_a_place(name)) for name in ("second", "third"))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="too many pictures"):
            await wait_for_a_place("fourth")
        assert order == []
    await asyncio.gather(second, third)
    assert order == ["second", "third"]
    await wait_for_a_place("fifth")


async def test_a_caller_who_leaves_the_queue_makes_room() -> None:
    turns = Turns(at_once=1, waiting=1)
    async with turns.turn():
        waiting = asyncio.ensure_future(turns.turn().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        after = asyncio.ensure_future(turns.turn().__aenter__())
        await asyncio.sleep(0)
        assert not after.done()
    await after
