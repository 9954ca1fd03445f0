"""The versioned store on a real MongoDB: every change is decided on the newest state and stored once, with its events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pymongo.errors import DocumentTooLarge, PyMongoError
from runtime_support.noting import NoteTaken

from runtime.clock import system_clock
from runtime.errors import WriteConflict
from runtime.ids import random_id
from runtime.mongo.client import Database, Document, connect, database
from runtime.mongo.writes import KeyTaken
from runtime.outbox import versioned_store
from runtime.outbox.changes import Change, Command, Result
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorded, Recorder
from runtime.outbox.versioned_store import Saved, VersionedStore


@dataclass(frozen=True)
class Counter:
    """An aggregate that counts up. `label` may be absent."""

    counter_id: str
    value: int = 0
    label: str | None = None
    version: int = 1


def write(counter: Counter) -> Document:
    label = {"label": counter.label} if counter.label is not None else {}
    return {"_id": counter.counter_id, "value": counter.value, "version": counter.version, **label}


def read(document: Document) -> Counter:
    return Counter(document["_id"], document["value"], document.get("label"), document["version"])


MAX_DOCUMENT = 16 * 1024 * 1024
TOO_LARGE = "x" * (MAX_DOCUMENT + 64 * 1024)
CODEC = Codec(read, write, optional=frozenset({"label"}))


def event_of(counter: Counter) -> NoteTaken:
    return NoteTaken(version=counter.version, note_id=counter.counter_id, text=str(counter.value))


def add(amount: int) -> Callable[[Counter | None], Change[Counter] | None]:
    """Add to the counter; 0 changes nothing."""

    def decide(counter: Counter | None) -> Change[Counter] | None:
        if amount == 0:
            return None
        assert counter is not None
        after = replace(counter, value=counter.value + amount, version=counter.version + 1)
        return Change(after, [event_of(after)])

    return decide


def once(counter: Counter | None) -> Change[Counter] | None:
    """Idempotent: only the first count changes something."""
    return add(1)(counter) if counter is not None and counter.value == 0 else None


def refuse(counter: Counter | None) -> Change[Counter]:
    raise ValueError(f"refused at {counter.value if counter else None}")


class Kept:
    """A store with what it reported."""

    def __init__(self, db: Database, **options: Any) -> None:
        self.recorded: list[Recorded] = []
        self.saved: list[Saved[Counter]] = []
        recorder = Recorder(system_clock, random_id, self.recorded.append)
        self.collection = db["counters"]
        self.store = VersionedStore(CODEC, recorder, lambda _: self.collection, **options)
        self.store.on_saved(self.saved.append)

    async def make(self, value: int = 0, **fields: Any) -> str:
        counter = Counter(random_id(), value, **fields)
        assert await self.store.insert([Change(counter, [event_of(counter)])]) == [True]
        return counter.counter_id

    async def document(self, counter_id: str) -> Document:
        document = await self.collection.find_one({"_id": counter_id})
        assert document is not None
        return document


@pytest.fixture
async def db(mongodb_uri: str, prefix: str) -> AsyncIterator[Database]:
    client = connect(mongodb_uri)
    name = f"{prefix}counters"
    try:
        yield database(client, name)
    finally:
        await client.drop_database(name)
        await client.close()


async def test_state_and_events_are_one_document_and_reported_once(db: Database) -> None:
    kept = Kept(db)
    counter_id = await kept.make(1)
    result = await kept.store.change(counter_id, add(2))
    assert result == Result(Counter(counter_id, 3, version=2))
    document = await kept.document(counter_id)
    assert (document["value"], document["version"], len(document[OUTBOX_FIELD])) == (3, 2, 2)
    assert [(r.before, r.version, len(r.entries)) for r in kept.recorded] == [(0, 1, 1), (1, 2, 1)]
    assert [saved.aggregate.value for saved in kept.saved] == [1, 3]
    assert all(OUTBOX_FIELD not in saved.document for saved in kept.saved)


async def test_a_decision_that_changes_nothing_writes_nothing(db: Database) -> None:
    kept = Kept(db)
    counter_id = await kept.make(1)
    before = await kept.document(counter_id)
    assert await kept.store.change(counter_id, add(0)) == Result(Counter(counter_id, 1))
    assert await kept.document(counter_id) == before
    assert len(kept.saved) == 1


async def test_an_aggregate_is_created_by_a_decision_about_none_with_its_private_fields(db: Database) -> None:
    kept = Kept(db)
    new = Counter(random_id(), 5)

    def create(counter: Counter | None) -> Change[Counter] | None:
        return Change(new, [event_of(new)], private={"secret": "s"}) if counter is None else None

    assert await kept.store.change(new.counter_id, create) == Result(new, created=True)
    assert await kept.store.change(new.counter_id, create) == Result(new, created=False)
    assert (await kept.document(new.counter_id))["secret"] == "s"
    await kept.store.change(new.counter_id, add(1))
    assert (await kept.document(new.counter_id))["secret"] == "s"


async def test_of_several_inserts_under_one_id_the_first_counts(db: Database) -> None:
    kept = Kept(db)
    first, second = Counter(random_id(), 1), Counter(random_id(), 2)
    changes = [Change(c, [event_of(c)]) for c in (first, replace(first, value=9), second)]
    assert await kept.store.insert(changes) == [True, False, True]
    assert await kept.store.insert(changes[:1]) == [False]
    assert await kept.store.get(first.counter_id) == first


async def test_an_optional_field_that_is_gone_is_removed_from_the_document(db: Database) -> None:
    kept = Kept(db)
    counter_id = await kept.make(1, label="red")

    def unlabel(counter: Counter | None) -> Change[Counter]:
        assert counter is not None
        return Change(replace(counter, label=None, version=counter.version + 1))

    await kept.store.change(counter_id, unlabel)
    assert "label" not in await kept.document(counter_id)


async def test_a_unique_value_that_another_aggregate_has_is_refused(db: Database) -> None:
    kept = Kept(db)
    await kept.collection.create_index("label", unique=True, sparse=True)
    await kept.make(label="tea")
    counter_id = await kept.make()

    def label(text: str) -> Callable[[Counter | None], Change[Counter]]:
        def decide(counter: Counter | None) -> Change[Counter]:
            before = counter or Counter(random_id(), version=0)
            return Change(replace(before, label=text, version=before.version + 1))

        return decide

    for one in (counter_id, random_id()):
        with pytest.raises(KeyTaken, match="label"):
            await kept.store.change(one, label("tea"))
    assert (await kept.store.change(counter_id, label("ink"))).aggregate == Counter(counter_id, 0, "ink", 2)


async def test_racing_writers_all_take_effect(db: Database) -> None:
    stores = [Kept(db, cache=bool(n % 2)) for n in range(4)]
    counter_id = await stores[0].make()
    await asyncio.gather(*(kept.store.change(counter_id, add(1)) for kept in stores))
    assert (await kept_value(stores[0], counter_id)) == (4, 5)


async def kept_value(kept: Kept, counter_id: str) -> tuple[int, int]:
    document = await kept.document(counter_id)
    return document["value"], document["version"]


async def test_commands_on_one_aggregate_are_decided_in_order_and_written_once(db: Database) -> None:
    kept = Kept(db)
    one, two = await kept.make(), await kept.make()
    outcomes = await kept.store.change_many(
        [Command(one, add(1)), Command(two, add(5)), Command(one, add(2))]
    )
    assert [o.aggregate.value for o in outcomes if isinstance(o, Result) and o.aggregate] == [1, 5, 3]
    document = await kept.document(one)
    assert [slot[:8] for slot in sorted(document[OUTBOX_FIELD])] == ["00000001", "00000002", "00000003"]
    assert len([saved for saved in kept.saved if saved.aggregate.counter_id == one]) == 2


async def test_a_refusal_concerns_its_own_command_alone(db: Database) -> None:
    kept = Kept(db)
    one, two = await kept.make(), await kept.make()
    first, refused, third = await kept.store.change_many(
        [Command(one, add(1)), Command(one, refuse), Command(two, add(1))]
    )
    assert isinstance(refused, ValueError)
    assert str(refused) == "refused at 1"
    assert isinstance(first, Result)
    assert isinstance(third, Result)
    assert (await kept_value(kept, one), await kept_value(kept, two)) == ((1, 2), (1, 2))
    with pytest.raises(ValueError, match="refused"):
        await kept.store.change(one, refuse)


async def test_a_command_after_a_refused_one_sees_that_an_optional_field_is_gone(db: Database) -> None:
    kept = Kept(db)
    counter_id = await kept.make(1, label="red")

    def unlabel(counter: Counter | None) -> Change[Counter]:
        assert counter is not None
        return Change(replace(counter, label=None, version=counter.version + 1))

    await kept.store.change_many(
        [Command(counter_id, unlabel), Command(counter_id, refuse), Command(counter_id, add(1))]
    )
    assert await kept.store.get(counter_id) == Counter(counter_id, 2, label=None, version=3)


async def test_a_stale_cached_copy_neither_writes_nor_refuses_nor_ignores(db: Database) -> None:
    """Another replica counted on; what the cached copy says about it is checked on a fresh one."""
    ours, others = Kept(db, cache=True), Kept(db)
    counter_id = await ours.make(1)
    await others.store.change(counter_id, add(10))

    def refuse_below_ten(counter: Counter | None) -> Change[Counter] | None:
        assert counter is not None
        if counter.value < 10:
            raise ValueError("too low")
        return None

    assert await ours.store.change(counter_id, refuse_below_ten) == Result(Counter(counter_id, 11, version=2))
    result = await ours.store.change(counter_id, lambda counter: None)
    assert result.aggregate == Counter(counter_id, 11, version=2)
    assert (await ours.store.change(counter_id, add(1))).aggregate == Counter(counter_id, 12, version=3)


async def test_a_cached_copy_saves_the_read(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(db, cache=True)
    counter_id = await kept.make(1)
    monkeypatch.setattr(kept.store, "_find", never_asked)
    assert (await kept.store.change(counter_id, add(1))).aggregate == Counter(counter_id, 2, version=2)


async def never_asked(aggregate_ids: Any) -> dict[str, Document]:
    assert not list(aggregate_ids), "the database was read"
    return {}


async def test_losing_every_race_is_a_conflict_and_nothing_is_half_written(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versioned_store, "MAX_ATTEMPTS", 3)
    kept, others = Kept(db), Kept(db)
    counter_id = await kept.make()

    async def find_and_lose_the_race(aggregate_ids: Any) -> dict[str, Document]:
        found = await VersionedStore._find(kept.store, aggregate_ids)
        await others.store.change(counter_id, add(1))
        return found

    monkeypatch.setattr(kept.store, "_find", find_and_lose_the_race)
    with pytest.raises(WriteConflict):
        await kept.store.change(counter_id, add(100))
    assert await kept_value(kept, counter_id) == (3, 4)


async def test_an_aggregate_whose_events_carry_all_of_it_keeps_the_last_ones_only(db: Database) -> None:
    kept = Kept(db, replace_outbox=True)
    counter_id = await kept.make()
    await kept.store.change(counter_id, add(1))
    document = await kept.document(counter_id)
    assert [slot[:8] for slot in document[OUTBOX_FIELD]] == ["00000002"]


async def test_a_missing_aggregate_is_none_and_a_malformed_id_causes_no_query(db: Database) -> None:
    kept = Kept(db)
    store = VersionedStore(CODEC, Recorder(system_clock, random_id), lambda _: None)
    assert await kept.store.get(random_id()) is None
    assert await store.get("malformed") is None
    assert await store.change("malformed", lambda counter: None) == Result(None)


async def test_a_document_that_cannot_be_read_fails_only_its_own_command(db: Database) -> None:
    kept = Kept(db)
    good, bad = await kept.make(1), await kept.make(1)
    await kept.collection.update_one({"_id": bad}, {"$unset": {"value": 1}})
    changed, failed = await kept.store.change_many([Command(good, add(1)), Command(bad, add(1))])
    assert isinstance(changed, Result)
    assert changed.aggregate is not None
    assert changed.aggregate.value == 2
    assert isinstance(failed, KeyError)


async def test_listeners_hear_of_a_write_that_shared_its_bulk_with_a_conflict(db: Database) -> None:
    kept = Kept(db, cache=True)
    other = Kept(db)
    one, two = await kept.make(), await kept.make()
    await other.store.change(two, add(10))  # `kept` has an outdated copy of it

    await kept.store.change_many([Command(one, once), Command(two, add(1))])
    newest = {saved.aggregate.counter_id: saved.aggregate.value for saved in kept.saved}
    assert newest == {one: 1, two: 11}


async def test_a_new_aggregate_that_is_too_large_keeps_no_other_out(db: Database) -> None:
    kept = Kept(db)
    small, large, last = (Counter(random_id(), label=label) for label in (None, TOO_LARGE, None))
    inserted, refused, inserted_too = await kept.store.insert([Change(c) for c in (small, large, last)])
    assert (inserted, inserted_too) == (True, True)
    assert isinstance(refused, DocumentTooLarge)
    assert await kept.store.get_many([small.counter_id, large.counter_id]) == {small.counter_id: small}


@pytest.mark.parametrize("stored", [0, MAX_DOCUMENT * 3 // 4], ids=["already as an update", "once stored"])
async def test_an_aggregate_that_grows_too_large_fails_only_its_own_command(
    db: Database, stored: int
) -> None:
    kept = Kept(db, cache=True)
    good, grown, last = await kept.make(), await kept.make(), await kept.make()
    await kept.collection.update_one({"_id": grown}, {"$set": {"notes": "x" * stored}})
    label = TOO_LARGE if not stored else "x" * (MAX_DOCUMENT // 2)

    def grow(counter: Counter | None) -> Change[Counter]:
        assert counter is not None
        return Change(replace(counter, label=label, version=counter.version + 1))

    commands = [Command(good, once), Command(grown, grow), Command(last, once)]
    first, failed, third = await kept.store.change_many(commands)
    assert isinstance(first, Result)
    assert isinstance(third, Result)
    assert isinstance(failed, PyMongoError)
    values = {saved.aggregate.counter_id: saved.aggregate.value for saved in kept.saved}
    assert values == {good: 1, grown: 0, last: 1}
