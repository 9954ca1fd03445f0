"""Who waits for an order, and what is asked of the database for them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from checkout.adapters.hub import LONGEST_LOOK_SECONDS, LOOK_SECONDS, Hub, Waiter
from runtime.tasks import end


class Known:
    """The versions that the database has; remembers how often it was asked."""

    def __init__(self, **versions: int) -> None:
        self.versions = versions
        self.asked = asyncio.Semaphore(0)

    async def __call__(self, order_ids: Iterable[str]) -> dict[str, int]:
        self.asked.release()
        return {order_id: self.versions[order_id] for order_id in order_ids if order_id in self.versions}


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Hub]:
    """The hub at work."""
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        await end(task)


async def test_who_waits_hears_of_a_change_that_only_the_database_knows() -> None:
    known = Known(one=1, other=5)
    async with running(Hub(known)) as hub:
        with hub.changes_of("one", 1) as changed, hub.changes_of("other", 4) as other:
            async with asyncio.timeout(10):
                await other.wait()
            assert other.version == 5
            assert not changed.is_set()
            known.versions["one"] = 2
            async with asyncio.timeout(10):
                await changed.wait()
            assert changed.version == 2


async def test_who_was_told_need_not_ask_and_an_older_version_is_no_news() -> None:
    hub = Hub(Known())
    with hub.changes_of("one", 3) as changed:
        hub.tell("one", 3)
        assert not changed.is_set()
        hub.tell("one", 4)
        assert changed.is_set()
    hub.tell("one", 5)
    assert changed.version == 4


async def test_the_database_is_not_asked_when_nobody_waits_and_asked_again_for_the_next_one() -> None:
    known = Known(one=2)
    async with running(Hub(known)) as hub:
        for _ in range(2):
            with hub.changes_of("one", 1) as changed:
                async with asyncio.timeout(10):
                    await changed.wait()
                    await known.asked.acquire()
        assert known.asked.locked()


def test_the_longer_nothing_is_heard_the_rarer_are_the_looks() -> None:
    waiter = Waiter(1)
    waiter.heard_at = waiter.looked_at = 100.0
    pauses = []
    for _ in range(20):
        pauses.append(waiter.look_at() - waiter.looked_at)
        waiter.looked_at = waiter.look_at()
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (LOOK_SECONDS, LONGEST_LOOK_SECONDS)
