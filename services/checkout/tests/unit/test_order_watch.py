"""Waiters are notified of changes, and the database is polled no more than needed."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from checkout_support.samples import placed_order

from checkout.application.order_watch import (
    MAX_POLL_INTERVAL_SECONDS,
    POLL_INTERVAL_SECONDS,
    OrderWatch,
    Waiter,
)
from checkout.application.ports import OrderQueries, Orders
from checkout.domain.order import Order
from runtime.tasks import end


def version(order_id: str, number: int) -> Order:
    return dataclasses.replace(placed_order(order_id), version=number)


class Database:
    """Orders with their versions, as another replica writes them.

    `polls` and `reads` count calls; reads are answered while `answering` is set.
    """

    def __init__(self, **versions: int) -> None:
        self.versions_now = versions
        self.polls = asyncio.Semaphore(0)
        self.reads = asyncio.Semaphore(0)
        self.answering = asyncio.Event()
        self.answering.set()

    async def versions(self, order_ids: Iterable[str]) -> Mapping[str, int]:
        self.polls.release()
        return {key: self.versions_now[key] for key in order_ids if key in self.versions_now}

    async def get(self, order_id: str) -> Order | None:
        self.reads.release()
        await self.answering.wait()
        return version(order_id, self.versions_now[order_id])


def watch_on(database: Any) -> OrderWatch:
    return OrderWatch(cast(Orders, database), cast(OrderQueries, database))


@asynccontextmanager
async def polling(watch: OrderWatch) -> AsyncIterator[None]:
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        await end(task)


async def soon(waiter: Waiter) -> Order:
    async with asyncio.timeout(10):
        return await waiter.next_version()


async def test_a_waiter_is_notified_of_a_change_that_only_the_database_knows() -> None:
    database = Database(first=1, second=5)
    watch = watch_on(database)
    async with polling(watch):
        with watch.following(version("first", 1)) as first, watch.following(version("second", 4)) as second:
            first_change = asyncio.create_task(soon(first))
            assert (await soon(second)).version == 5
            assert not first_change.done()
            database.versions_now["first"] = 2
            assert (await first_change).version == 2


async def test_a_waiter_gets_the_order_that_this_replica_saved_and_older_versions_are_ignored() -> None:
    watch = watch_on(Database())
    with watch.following(version("first", 3)) as waiter:
        watch.saved(version("first", 3))
        change = asyncio.create_task(soon(waiter))
        assert not await is_done(change)
        saved = version("first", 4)
        watch.saved(saved)
        assert await change is saved
    later = asyncio.create_task(soon(waiter))
    watch.saved(version("first", 5))
    assert not await is_done(later), "it was notified after it had left"
    await end(later)


async def is_done(task: asyncio.Task[Order]) -> bool:
    """Whether the task gets to its end without anything else happening."""
    for _ in range(5):
        await asyncio.sleep(0)
    return task.done()


async def test_a_wait_that_is_cut_off_while_reading_loses_no_change() -> None:
    database = Database(first=2)
    watch = watch_on(database)
    with watch.following(version("first", 1)) as waiter:
        waiter.notify(2)
        database.answering.clear()
        reading = asyncio.create_task(waiter.next_version())
        await database.reads.acquire()
        await end(reading)
        database.answering.set()
        assert (await soon(waiter)).version == 2


async def test_the_database_is_polled_only_while_there_are_waiters() -> None:
    database = Database(first=2)
    watch = watch_on(database)
    async with polling(watch):
        for _ in range(2):
            with watch.following(version("first", 1)) as waiter:
                await soon(waiter)
                await database.polls.acquire()
        assert database.polls.locked()


async def test_polling_backs_off_while_nothing_changes() -> None:
    waiter = Waiter(version("first", 1), cast(Orders, Database()))
    intervals = []
    polled_at = waiter.next_poll_at() - POLL_INTERVAL_SECONDS
    for _ in range(20):
        intervals.append(round(waiter.next_poll_at() - polled_at, 6))
        polled_at = waiter.next_poll_at()
        waiter.polled(polled_at)
    assert intervals == sorted(intervals)
    assert (intervals[0], intervals[-1]) == (POLL_INTERVAL_SECONDS, MAX_POLL_INTERVAL_SECONDS)
