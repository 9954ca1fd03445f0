"""An event that can never be published sets its aggregate aside; everything else passes, and nothing is lost."""

from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError
from runtime_support.notebook import Notebook, texts_of

from runtime.clock import system_clock
from runtime.kafka.publisher import Record
from runtime.kafka.topics import LARGEST_RECORD
from runtime.outbox import relay as relaying
from runtime.outbox.set_aside import SetAsideSource
from support.eventually import Eventually

TOO_LARGE = "x" * (LARGEST_RECORD + 1)
JUST_TOO_LARGE = "x" * (LARGEST_RECORD - 100)
"""Fits into a record of this length only without its key and headers."""


@pytest.mark.parametrize("text", [TOO_LARGE, JUST_TOO_LARGE], ids=["too large", "just too large"])
async def test_a_record_that_is_too_large_holds_up_only_its_own_aggregate(
    notebook: Notebook, eventually: Eventually, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    async with notebook.relaying() as relay:
        await notebook.take("big", "before", text, "after")
        await notebook.change("big", 2, "later")
        await notebook.take("n1", "one")
        await eventually(lambda: _published(notebook, "one"))
        await eventually(lambda: _set_aside(notebook))
        await notebook.take("n2", "two")
        await eventually(lambda: _published(notebook, "two"))
        assert relay.working
    assert texts_of(await notebook.published(), "big") == ["before"]
    [held] = await notebook.db["set_aside"].find().to_list()
    assert (held["_id"], held["type"]) == ("notes/big", "anchorage.Noted.v1")
    assert "the topic accepts" in held["reason"]
    [stalled] = [one async for one in SetAsideSource(notebook.db).find(system_clock())]
    assert (stalled.kind, stalled.id) == ("outbox", "notes/big")
    assert "the topic accepts" in stalled.waits_for
    assert "an event can never be published; its aggregate is set aside" in caplog.messages


async def test_the_fast_path_sets_aside_and_the_stream_does_not_overtake(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying_on_the_fast_path(eventually):
        await notebook.take("big", TOO_LARGE)
        await notebook.change("big", 2, "later")
        await notebook.take("n1", "one")
        await eventually(lambda: _published(notebook, "one"))
        await eventually(lambda: _set_aside(notebook))
    async with notebook.relaying():
        await notebook.change("big", 3, "latest")
        await notebook.take("n2", "two")
        await eventually(lambda: _published(notebook, "two"))
    assert texts_of(await notebook.published(), "big") == []


async def test_an_aggregate_goes_on_in_order_once_the_cause_is_removed(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker's own limit, below ours, refuses; then an operator raises it."""
    monkeypatch.setattr(relaying, "RETRY_INTERVAL_SECONDS", 0.05)
    publish, limit = notebook.stream.publisher.publish, 2_000

    async def limited(records: list[Record]) -> None:
        if any(len(record.value or b"") > limit for record in records):
            raise MessageSizeTooLargeError("refused by the broker")
        await publish(records)

    monkeypatch.setattr(notebook.stream.publisher, "publish", limited)
    large = "x" * 3_000
    async with notebook.relaying():
        await notebook.take("big", "before", large)
        await eventually(lambda: _set_aside(notebook))
        await notebook.change("big", 2, "later")
        await notebook.take("n1", "one")
        await eventually(lambda: _published(notebook, "one"))
        limit = 10_000
        await eventually(notebook.all_published)
        await eventually(lambda: _nothing_set_aside(notebook))
        await notebook.change("big", 3, "latest")
        await eventually(notebook.all_published)
    texts = list(dict.fromkeys(texts_of(await notebook.published(), "big")))
    assert texts == ["before", large, "later", "latest"]


async def test_an_entry_that_is_not_an_event_sets_its_aggregate_aside(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying() as relay:
        await notebook.db["notes"].insert_one({"_id": "bad", "outbox": {"00000001_000": {"id": "x"}}})
        await eventually(lambda: _set_aside(notebook))
        await notebook.take("n1", "one")
        await eventually(lambda: _published(notebook, "one"))
        assert relay.working


async def _published(notebook: Notebook, text: str) -> bool:
    return text in texts_of(await notebook.published())


async def _set_aside(notebook: Notebook) -> Any:
    return await notebook.db["set_aside"].find_one()


async def _nothing_set_aside(notebook: Notebook) -> bool:
    return await notebook.db["set_aside"].find_one() is None
