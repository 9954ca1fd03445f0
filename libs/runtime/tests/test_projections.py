"""Projections of compacted streams keep the newest version, in whatever order versions arrive."""

import asyncio

import pytest
from pymongo import WriteConcern
from pymongo.errors import BulkWriteError
from runtime_support.notebook import Notebook

from runtime.errors import is_unavailable
from runtime.mongo.writes import keep_newest


async def test_older_versions_that_come_late_change_nothing(notebook: Notebook) -> None:
    notes = notebook.db["seen"]
    await keep_newest(notes, {"a": {"version": 2, "text": "new"}, "b": {"version": 1, "text": "b"}})
    await keep_newest(notes, {"a": {"version": 1, "text": "old"}, "b": {"version": 2, "text": "b2"}})
    await keep_newest(notes, {"a": {"version": 2, "text": "again"}})
    assert {note["_id"]: note["text"] async for note in notes.find()} == {"a": "new", "b": "b2"}


async def test_an_empty_batch_writes_nothing(notebook: Notebook) -> None:
    await keep_newest(notebook.db["seen"], {})
    assert await notebook.db["seen"].find_one() is None


async def test_a_write_without_a_majority_is_an_error(notebook: Notebook) -> None:
    """It may be rolled back, so the batch must be retried; the records are not at fault."""
    await keep_newest(notebook.db["seen"], {"a": {"version": 2}})
    unconfirmed = notebook.db["seen"].with_options(write_concern=WriteConcern(w=2, wtimeout=100))
    with pytest.raises(BulkWriteError) as caught:
        await keep_newest(unconfirmed, {"a": {"version": 1}, "b": {"version": 1}})
    assert is_unavailable(caught.value)


async def test_of_two_versions_that_are_stored_at_once_the_newer_stays(notebook: Notebook) -> None:
    """As when a partition moves to another replica, and the one that lost it is still writing."""
    notes = notebook.db["seen"]
    for round_ in range(20):
        names = [f"{round_}-{n}" for n in range(100)]
        await asyncio.gather(
            keep_newest(notes, {name: {"version": 1} for name in names}),
            keep_newest(notes, {name: {"version": 2} for name in names}),
        )
    assert await notes.count_documents({"version": 1}) == 0
