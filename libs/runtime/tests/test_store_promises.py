"""What the versioned store promises, on MongoDB and in memory, where simulations and faster tests use it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from runtime_support.noting import NoteTaken

from contracts.event import Event
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Document, connect, database
from runtime.outbox.changes import Change, Command, Result
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorded, Recorder
from runtime.outbox.versioned_store import VersionedStore
from support.in_memory_store import InMemoryStore, Stored


@dataclass(frozen=True)
class Counter:
    """An aggregate that counts up."""

    counter_id: str
    value: int = 0
    version: int = 1


def read(document: Document) -> Counter:
    return Counter(document["_id"], document["value"], document["version"])


def write(counter: Counter) -> Document:
    return {"_id": counter.counter_id, "value": counter.value, "version": counter.version}


def event_of(counter: Counter) -> Event:
    return NoteTaken(version=counter.version, note_id=counter.counter_id, text=str(counter.value))


def add(amount: int) -> Callable[[Counter | None], Change[Counter] | None]:
    """Add to the counter, which it makes if there is none; 0 changes nothing."""

    def decide(counter: Counter | None) -> Change[Counter] | None:
        if amount == 0:
            return None
        before = counter or Counter("made", version=0)
        after = replace(before, value=before.value + amount, version=before.version + 1)
        return Change(after, [event_of(after)])

    return decide


def refuse(counter: Counter | None) -> Change[Counter]:
    raise ValueError("refused")


@dataclass
class Stores:
    """Two replicas' stores of the same counters, and how many events became durable."""

    replicas: list[Any]
    events: Callable[[], int]

    async def make(self, value: int = 0) -> str:
        counter = Counter(random_id(), value)
        assert await self.replicas[0].insert([Change(counter, [event_of(counter)])]) == [True]
        return counter.counter_id


@pytest.fixture(params=["mongodb", "in_memory"])
async def stores(request: pytest.FixtureRequest, mongodb_uri: str, prefix: str) -> AsyncIterator[Stores]:
    if request.param == "in_memory":
        stored: Stored[Counter] = Stored()
        replicas = [
            InMemoryStore(stored, lambda c: c.counter_id, lambda c: c, pause=lambda: asyncio.sleep(0))
            for _ in range(2)
        ]
        yield Stores(replicas, lambda: len(stored.outbox.entries))
        return
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}promises")
    recorded: list[Recorded] = []
    recorder = Recorder(system_clock, random_id, recorded.append)
    try:
        yield Stores(
            [
                VersionedStore(Codec(read, write), recorder, lambda _: db["counters"], cache=True)
                for _ in range(2)
            ],
            lambda: sum(len(r.entries) for r in recorded),
        )
    finally:
        await client.drop_database(db.name)
        await client.close()


async def test_a_new_aggregate_is_stored_once(stores: Stores) -> None:
    first = Counter(random_id(), 1)
    assert await stores.replicas[0].insert([Change(first), Change(replace(first, value=2))]) == [True, False]
    assert await stores.replicas[1].insert([Change(replace(first, value=3))]) == [False]
    assert await stores.replicas[1].get(first.counter_id) == first
    assert await stores.replicas[0].get("nobody") is None


async def test_a_change_is_stored_with_its_events_and_told_to_this_replica(stores: Stores) -> None:
    counter_id = await stores.make(1)
    told: list[int] = []
    stores.replicas[0].on_saved(lambda saved: told.append(saved.aggregate.value))
    result = await stores.replicas[0].change(counter_id, add(2))
    assert result == Result(Counter(counter_id, 3, version=2))
    assert (told, stores.events()) == ([3], 2)
    await stores.replicas[1].change(counter_id, add(1))
    assert told == [3]


async def test_a_decision_can_make_the_aggregate(stores: Stores) -> None:
    assert await stores.replicas[0].change("made", add(4)) == Result(Counter("made", 4), created=True)
    assert await stores.replicas[1].get("made") == Counter("made", 4)


async def test_a_decision_that_changes_nothing_writes_nothing(stores: Stores) -> None:
    counter_id = await stores.make(1)
    assert await stores.replicas[1].change(counter_id, add(0)) == Result(Counter(counter_id, 1))
    assert stores.events() == 1


async def test_the_commands_of_a_batch_are_decided_in_order_each_with_its_outcome(stores: Stores) -> None:
    counter_id = await stores.make(1)
    outcomes = await stores.replicas[0].change_many(
        [Command(counter_id, d) for d in (add(1), refuse, add(5))]
    )
    assert outcomes[0] == Result(Counter(counter_id, 2, version=2))
    assert isinstance(outcomes[1], ValueError)
    assert outcomes[2] == Result(Counter(counter_id, 7, version=3))
    assert await stores.replicas[1].get(counter_id) == Counter(counter_id, 7, version=3)


async def test_a_version_that_does_not_follow_is_refused(stores: Stores) -> None:
    counter_id = await stores.make(1)
    with pytest.raises(ValueError, match="does not follow"):
        await stores.replicas[0].change(counter_id, lambda counter: Change(replace(counter, value=9)))
    assert await stores.replicas[0].get(counter_id) == Counter(counter_id, 1)


async def test_changes_of_two_replicas_at_once_all_count(stores: Stores) -> None:
    counter_id = await stores.make()
    await asyncio.gather(*(stores.replicas[n % 2].change(counter_id, add(1)) for n in range(6)))
    assert await stores.replicas[0].get(counter_id) == Counter(counter_id, 6, version=7)
    assert stores.events() == 1 + 6


async def test_of_many_aggregates_each_is_changed(stores: Stores) -> None:
    first, second = await stores.make(), await stores.make()
    await stores.replicas[0].change_many([Command(first, add(1)), Command(second, add(10))])
    values = {key: found.value for key in (first, second) if (found := await stores.replicas[1].get(key))}
    assert values == {first: 1, second: 10}
