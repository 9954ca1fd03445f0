"""Leases on a real MongoDB: one holder at a time, and a fence that grows with every new holder."""

import asyncio
from datetime import datetime, timedelta

from runtime_support.notebook import Notebook

from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.lease import Lease


class Hands:
    """Leases of one name, on a clock that the test turns."""

    def __init__(self, notebook: Notebook) -> None:
        self.now = system_clock()
        self._db = notebook.db
        self.name = random_id()

    def lease(self, holder: str) -> Lease:
        return Lease(self._db, self.name, holder, self.clock)

    def clock(self) -> datetime:
        return self.now


async def test_a_lease_has_one_holder(notebook: Notebook) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    assert await one.acquire()
    assert not await two.acquire()
    assert (one.held, two.held) == (True, False)


async def test_of_many_replicas_at_once_one_acquires_the_lease(notebook: Notebook) -> None:
    hands = Hands(notebook)
    taken = await asyncio.gather(*(hands.lease(str(n)).acquire() for n in range(20)))
    assert taken.count(True) == 1


async def test_renewing_keeps_the_fence_and_a_new_holder_raises_it(notebook: Notebook) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    await one.acquire()
    first = one.fence
    await one.acquire()
    assert one.fence == first
    hands.now += timedelta(seconds=7)
    assert await two.acquire()
    assert two.fence == first + 1


async def test_a_holder_that_slept_knows_that_its_lease_is_over(notebook: Notebook) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    await one.acquire()
    hands.now += timedelta(seconds=7)
    assert not one.held
    assert await two.acquire()
    assert not await one.acquire()
    assert not one.held


async def test_a_released_lease_is_free_at_once_and_only_its_holder_can_release_it(
    notebook: Notebook,
) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    await one.acquire()
    await two.release()
    assert not await two.acquire()
    await one.release()
    assert not one.held
    assert await two.acquire()
