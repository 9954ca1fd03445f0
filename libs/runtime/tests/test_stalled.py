"""What has stalled is asked again at growing intervals, named if it stays stalled, and forgotten when it moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from runtime import metrics
from runtime.mongo.client import connect, database
from runtime.mongo.stalled_list import MongoStalledList
from runtime.stalled import MAX_ASK_INTERVAL, Asked, Stalled, StalledList, StalledWatch

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ORDER = Stalled("order", "o1", "closing", NOON - MINUTE, "payment to close the trade", "Is payment running?")


class Held:
    """A lease that can be lost."""

    lost = False

    async def acquire(self) -> bool:
        return not self.lost

    async def keep(self) -> bool:
        return not self.lost


class Orders:
    """A source with one stalled order, until the test moves it."""

    def __init__(self) -> None:
        self.stalled = [ORDER]
        self.asked: list[str] = []
        self.fault: Exception | None = None

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        for stalled in self.stalled:
            yield stalled

    async def ask_again(self, stalled: Stalled) -> None:
        if self.fault is not None:
            raise self.fault
        self.asked.append(stalled.id)


class InMemoryList:
    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}

    async def load(self) -> Mapping[str, Asked]:
        return self.asked

    async def replace(self, found: Sequence[Asked], at: datetime) -> None:
        self.asked = {asked.stalled.key: asked for asked in found}


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Watching:
    def __init__(self) -> None:
        self.orders, self.known, self.clock, self.lease = Orders(), InMemoryList(), Clock(), Held()
        self.watch = self.restarted()

    def restarted(self, known: StalledList | None = None) -> StalledWatch:
        return StalledWatch([self.orders], known or self.known, self.lease, self.clock)

    async def check(self, after: timedelta = MINUTE) -> list[str]:
        """The ids of what is named by a check after this time."""
        self.clock.now += after
        return [asked.stalled.id for asked in await self.watch.check()]


async def test_it_is_asked_again_first_and_named_if_it_stays_stalled() -> None:
    watching = Watching()
    assert await watching.check() == []
    assert watching.orders.asked == ["o1"]
    assert await watching.check() == ["o1"]


async def test_what_has_moved_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    gauge: dict[str, int] = {}
    monkeypatch.setattr(metrics, "stalled", SimpleNamespace(set=lambda n, kind: gauge.update({kind: n})))
    watching = Watching()
    await watching.check()
    await watching.check()
    assert gauge == {"order": 1}
    watching.orders.stalled = []
    assert await watching.check() == []
    assert gauge == {"order": 0}
    assert watching.known.asked == {}


async def test_the_intervals_between_asking_grow_and_outlive_a_restart() -> None:
    watching = Watching()
    for _ in range(60):
        await watching.check()
        watching.watch = watching.restarted()
    assert len(watching.orders.asked) == 6  # after 0, 1, 3, 7, 15 and 31 minutes


async def test_a_clock_that_ran_ahead_and_is_put_right_does_not_keep_it_from_being_asked() -> None:
    watching = Watching()
    watching.clock.now += timedelta(days=1)
    await watching.check()
    await watching.check(after=-timedelta(days=1))
    assert len(watching.orders.asked) == 2


async def test_one_that_cannot_be_asked_keeps_no_other_from_it_and_is_named() -> None:
    watching = Watching()
    watching.orders.fault = ValueError("broken")
    await watching.check()
    assert await watching.check() == ["o1"]


async def test_the_list_in_mongodb_keeps_what_the_last_check_found(
    mongodb_uri: str, module_prefix: str
) -> None:
    client = connect(mongodb_uri)
    try:
        kept = MongoStalledList(database(client, f"{module_prefix}stalled"))
        assert (await kept.load(), await kept.checked_at()) == ({}, None)
        asked = Asked(ORDER, 1, NOON + MAX_ASK_INTERVAL, named=True)
        await kept.replace([asked], NOON)
        assert await kept.load() == {ORDER.key: asked}
        await kept.replace([], NOON + MINUTE)
        assert (await kept.load(), await kept.checked_at()) == ({}, NOON + MINUTE)
    finally:
        await client.close()


async def test_a_check_whose_lease_is_lost_asks_nobody_and_leaves_the_list_to_the_next_holder() -> None:
    watching = Watching()
    await watching.check()
    known = dict(watching.known.asked)
    watching.lease.lost = True
    watching.orders.stalled = [replace(ORDER, id="o2"), ORDER]
    assert await watching.check() == []
    assert (watching.orders.asked, watching.known.asked) == (["o1"], known)
