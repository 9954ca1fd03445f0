"""Leases on a real MongoDB: one holder at a time, and a fence that grows with every new holder."""

import asyncio
import time
from datetime import timedelta

from runtime_support.notebook import Notebook

from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.lease import Lease
from support.eventually import Eventually

SHORT = timedelta(milliseconds=300)


class Hands:
    """Leases of one name; `skipped` is for how many seconds their holders slept."""

    def __init__(self, notebook: Notebook) -> None:
        self.leases = notebook.db["leases"]
        self.skipped = 0.0
        self._db = notebook.db
        self.name = random_id()

    def lease(self, holder: str, length: timedelta = timedelta(seconds=6)) -> Lease:
        return Lease(self._db, self.name, holder, length, lambda: time.monotonic() + self.skipped)

    async def ends_in(self, left: timedelta) -> None:
        """As if the clock that the end was set by had been put forward or back."""
        await self.leases.update_one({"_id": self.name}, {"$set": {"until": system_clock() + left}})


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


async def test_a_lease_that_is_not_renewed_runs_out_by_the_clock_of_the_database(
    notebook: Notebook, eventually: Eventually
) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one", SHORT), hands.lease("two", SHORT)
    assert await one.acquire()
    await eventually(two.acquire)
    assert not one.held


async def test_renewing_keeps_the_fence_and_a_new_holder_raises_it(notebook: Notebook) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    await one.acquire()
    first = one.fence
    await one.acquire()
    assert one.fence == first
    await hands.ends_in(-timedelta(seconds=1))
    assert await two.acquire()
    assert two.fence == first + 1


async def test_an_end_further_away_than_the_length_of_the_lease_counts_as_free(notebook: Notebook) -> None:
    """It was set before the clock was put back, and would keep everybody out for as long as that clock was ahead."""
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    await one.acquire()
    await hands.ends_in(timedelta(hours=1))
    assert await two.acquire()
    assert not await one.acquire()


async def test_a_holder_that_slept_knows_that_its_lease_is_over(notebook: Notebook) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    await one.acquire()
    await hands.ends_in(-timedelta(seconds=1))
    hands.skipped = 7
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


async def test_long_work_keeps_its_lease_and_notices_that_it_was_lost(notebook: Notebook) -> None:
    hands = Hands(notebook)
    one, two = hands.lease("one"), hands.lease("two")
    assert await one.acquire()
    assert await one.keep()
    await hands.ends_in(timedelta(0))
    assert await two.acquire()
    hands.skipped = 4.0
    assert not await one.keep()
    await two.release()
    assert not await one.keep(), "in the meantime another held it"
