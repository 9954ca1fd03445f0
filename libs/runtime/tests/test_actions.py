"""What a client changes is in the audit log: durable with the change, or neither."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from contracts.audit import Actor
from runtime.acting import Action, acting, because
from runtime.clock import system_clock
from runtime.errors import WriteConflict
from runtime.ids import random_id
from runtime.mongo.client import Database, Document, connect, database
from runtime.outbox.actions import ACTIONS
from runtime.outbox.changes import Change, Decide
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorded, Recorder
from runtime.outbox.shown import MAX_BYTES, MAX_PATHS, Shown
from runtime.outbox.versioned_store import VersionedStore

EDIT = Action(
    "edit_shelf", Actor(client_id="client-1", scope="owner", subject_id="owner-1", role="catalogue")
)
SHOWN = Shown("shelf", ("title", "books"))


@dataclass(frozen=True)
class Shelf:
    """An aggregate with a field that is not shown."""

    shelf_id: str
    title: str = "Poems"
    books: tuple[dict[str, Any], ...] = ()
    reader: str = "Kai, 13700000000"
    version: int = 1


def read(document: Document) -> Shelf:
    return Shelf(
        document["_id"], document["title"], tuple(document["books"]), document["reader"], document["version"]
    )


def write(shelf: Shelf) -> Document:
    fields = asdict(shelf) | {"books": list(shelf.books)}
    return {"_id": fields.pop("shelf_id"), **fields}


def edited(**changes: Any) -> Decide[Shelf]:
    def decide(shelf: Shelf | None) -> Change[Shelf]:
        assert shelf is not None
        return Change(replace(shelf, version=shelf.version + 1, **changes))

    return decide


@dataclass
class Library:
    """A store of shelves, and what it recorded."""

    db: Database
    recorded: list[Recorded] = field(default_factory=list)

    def __post_init__(self) -> None:
        recorder = Recorder(system_clock, random_id, self.recorded.append, "library")
        shelves = self.db["shelves"]
        self.store = VersionedStore(
            Codec(read, write), recorder, lambda _: shelves, replace_outbox=True, shown=SHOWN
        )

    async def entries(self) -> list[dict[str, Any]]:
        """The events of all entries, in the order of the writes."""
        found = [document async for document in self.db[ACTIONS].find().sort("at", 1)]
        return [orjson.loads(entry["value"]) for one in found for entry in one[OUTBOX_FIELD].values()]


@pytest.fixture
async def library(mongodb_uri: str, prefix: str) -> AsyncIterator[Library]:
    client = connect(mongodb_uri)
    name = f"{prefix}library"
    try:
        yield Library(database(client, name))
    finally:
        await client.drop_database(name)
        await client.close()


async def test_an_entry_tells_who_changed_what_and_hides_the_rest(library: Library) -> None:
    with acting(EDIT):
        assert await library.store.insert([Change(Shelf("s1"))]) == [True]
        await library.store.change("s1", edited(title="Novels", reader="Lin, 13800000000"))
    made, changed = await library.entries()
    assert made["after"] == {"title": "Poems", "books": []}
    assert (changed["before"], changed["after"]) == ({"title": "Poems"}, {"title": "Novels"})
    about = {
        name: changed[name]
        for name in ("service", "action", "object_kind", "object_id", "owner_id", "version")
    }
    assert about == {
        "service": "library", "action": "edit_shelf", "object_kind": "shelf", "object_id": "s1", "owner_id": "owner-1", "version": 2,
    }  # fmt: skip
    assert changed["actor"] == {
        "client_id": "client-1", "scope": "owner", "subject_id": "owner-1", "role": "catalogue",
    }  # fmt: skip


async def test_an_operators_reason_is_in_the_entries_of_its_action_only(library: Library) -> None:
    await library.store.insert([Change(Shelf("s1"))])
    operator = Action("hide_shelf", Actor(client_id="ops-1", scope="ops", subject_id="ops-1", role="admin"))
    for action, title in ((operator, "Hidden"), (EDIT, "Own")):
        with acting(action):
            because("A complaint.")
            await library.store.change("s1", edited(title=title))
    with acting(operator):
        await library.store.change("s1", edited(title="Shown"))
    assert [entry.get("reason") for entry in await library.entries()] == ["A complaint.", None, None]


async def test_each_entry_is_published_without_waiting_for_the_stream(library: Library) -> None:
    with acting(EDIT):
        await library.store.insert([Change(Shelf("s1"))])
        await library.store.change("s1", edited(title="Novels"))
    assert [recorded.aggregate[0] for recorded in library.recorded].count(ACTIONS) == 2


async def test_what_nobody_does_has_no_entry(library: Library) -> None:
    await library.store.insert([Change(Shelf("s1"))])
    await library.store.change("s1", edited(title="Novels"))
    assert await library.entries() == []


async def test_an_action_that_changes_nothing_has_no_entry(library: Library) -> None:
    await library.store.insert([Change(Shelf("s1"))])
    with acting(EDIT):
        await library.store.change("s1", lambda _: None)
        assert await library.store.insert([Change(Shelf("s1"))]) == [False]
    assert await library.entries() == []


async def test_of_several_inserts_each_that_is_new_has_an_entry(library: Library) -> None:
    await library.store.insert([Change(Shelf("s2"))])
    with acting(EDIT):
        outcomes = await library.store.insert([Change(Shelf(name)) for name in ("s1", "s2", "s3")])
        assert await library.store.insert([Change(Shelf("s4")), Change(Shelf("s5"))]) == [True, True]
    assert outcomes == [True, False, True]
    assert sorted(entry["object_id"] for entry in await library.entries()) == ["s1", "s3", "s4", "s5"]


async def test_writers_at_once_leave_one_entry_for_each_change(library: Library) -> None:
    await library.store.insert([Change(Shelf("s1"))])

    async def write_once(n: int) -> bool:
        try:
            await library.store.change("s1", edited(title=f"Volume {n}"))
        except WriteConflict:
            return False
        return True

    with acting(EDIT):
        done = await asyncio.gather(*map(write_once, range(8)))
    shelf = await library.store.get("s1")
    assert shelf is not None
    entries = await library.entries()
    assert len(entries) == sum(done) == shelf.version - 1
    assert {entry["version"] for entry in entries} == set(range(2, shelf.version + 1))


async def test_fifty_editors_at_once_all_write_the_last_one_wins(library: Library) -> None:
    await library.store.insert([Change(Shelf("s1"))])
    with acting(EDIT):
        await asyncio.gather(*(library.store.change("s1", edited(title=f"Volume {n}")) for n in range(50)))
    shelf = await library.store.get("s1")
    assert shelf is not None
    assert shelf.version == 51
    assert len(await library.entries()) == 50


async def test_a_failed_write_leaves_no_entry(library: Library) -> None:
    await library.store.insert([Change(Shelf("s1"))])
    with acting(EDIT), pytest.raises(Exception, match="16"):
        await library.store.change("s1", edited(title="x" * (17 * 1024 * 1024)))
    assert await library.entries() == []


def test_only_the_parts_of_a_list_that_differ_are_shown() -> None:
    before = {"books": [{"id": "b1", "price": 100}, {"id": "b2", "price": 200}]}
    after = {"books": [{"id": "b1", "price": 90}, {"id": "b2", "price": 200}]}
    assert SHOWN.changes(before, after) == ({"books.0.price": 100}, {"books.0.price": 90})


def test_one_field_of_each_item_can_be_shown() -> None:
    shown = Shown("order", ("refunds.*.amount",))
    after = {"refunds": [{"amount": 100, "reason": "It is for my aunt."}, {"amount": 5}]}
    assert shown.changes({"refunds": []}, after) == ({}, {"refunds.0.amount": 100, "refunds.1.amount": 5})


def test_times_and_bytes_become_text() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC)
    shown = Shown("look", ("at", "logo"))
    assert shown.changes(None, {"at": at, "logo": b"abc"})[1] == {"at": at.isoformat(), "logo": "(3 bytes)"}


def test_of_a_large_value_only_the_size_is_shown() -> None:
    shown = Shown("page", ("text",))
    assert shown.changes(None, {"text": "x" * MAX_BYTES})[1] == {"text": f"({MAX_BYTES + 2} bytes)"}


def test_of_many_values_the_first_are_shown() -> None:
    shown = Shown("page", ("fields",))
    _, after = shown.changes(None, {"fields": [{"n": n} for n in range(MAX_PATHS + 7)]})
    assert (len(after), after["..."]) == (MAX_PATHS + 1, "7 more")
