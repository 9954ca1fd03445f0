"""The relay on a real MongoDB and a real Kafka: whatever was recorded is published, in order for each aggregate."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from runtime_support.notebook import RECORDER, Notebook, texts_of

from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.mongo.change_stream import Poll, operation_time, poll
from runtime.outbox import relay as relaying
from runtime.outbox.recorder import Recorded
from support.eventually import Eventually


async def test_events_are_published_in_the_order_of_their_aggregate(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying():
        await asyncio.gather(*(notebook.take(note, f"{note}1") for note in "abc"))
        for version in range(2, 8):
            await asyncio.gather(*(notebook.change(note, version, f"{note}{version}") for note in "abc"))
        await eventually(notebook.all_published)
    records = await notebook.published()
    for note in "abc":
        assert texts_of(records, note) == [f"{note}{version}" for version in range(1, 8)]
    assert len(records) == 21


async def test_own_changes_are_published_without_reading_them_back(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "poll", _a_silent_stream)
    async with notebook.relaying_on_the_fast_path(eventually):
        await notebook.take("n1", "one")
        await notebook.change("n1", 2, "two", "three")
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two", "three"]


async def _a_silent_stream(*arguments: Any) -> AsyncGenerator[Poll, None]:
    yield Poll([], None)
    await asyncio.Event().wait()


async def test_a_change_that_only_the_stream_can_carry_ends_the_wait_for_the_next_poll(
    notebook: Notebook,
) -> None:
    relay = notebook.relay()
    relay._poll_interval = 3_600
    waiting = asyncio.create_task(relay._next_poll(0))
    relay.fast_path.offer(
        Recorded(("notes", "n1"), 1, 2, ())
    )  # not leading, so it does not take the fast path
    async with asyncio.timeout(10):
        await waiting
    assert relay._poll_interval == relaying.MIN_POLL_SECONDS


async def test_the_poll_interval_backs_off_while_the_stream_carries_nothing(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = notebook.relay()
    monkeypatch.setattr(relaying, "MAX_POLL_SECONDS", 4 * relaying.MIN_POLL_SECONDS)
    intervals = []
    for _ in range(3):
        await relay._next_poll(0)
        intervals.append(relay._poll_interval / relaying.MIN_POLL_SECONDS)
    assert intervals == [2, 4, 4]


async def test_own_changes_that_missed_the_fast_path_are_published_from_the_stream(
    notebook: Notebook, eventually: Eventually
) -> None:
    await notebook.relay().prepare()
    await notebook.take("n1", "one")
    async with notebook.relaying_on_the_fast_path(eventually) as relay:
        await eventually(notebook.all_published)
        relay.fast_path.enable()  # as in a process that does not know how far the note has been published
        await notebook.change("n1", 2, "two")
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two"]


async def test_a_change_that_the_stream_shows_late_is_polled_for_again(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "poll", _a_poll_late)
    async with notebook.relaying_on_the_fast_path(eventually) as relay:
        relay.fast_path.disable()  # as in a process that may not use the fast path
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)


async def _a_poll_late(*arguments: Any) -> AsyncGenerator[Poll, None]:
    held: list[Any] = []
    async with aclosing(poll(*arguments)) as polls:
        async for found in polls:
            yield replace(found, changes=held)
            held = found.changes


async def test_a_change_of_another_replica_is_published_within_the_poll_interval(
    notebook: Notebook, eventually: Eventually
) -> None:
    """The notebook's own recorder reports to nobody, as another replica's would."""
    async with notebook.relaying():
        for note in "abc":
            await notebook.take(note, note)
            await eventually(notebook.all_published, within=relaying.MAX_POLL_SECONDS + 2)


async def test_fast_path_entries_are_not_published_again_from_the_stream(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "MAX_POLL_SECONDS", 0.01)
    async with notebook.relaying_on_the_fast_path(eventually):
        await asyncio.gather(*(notebook.take(note, f"{note}1") for note in "abc"))
        for version in range(2, 12):
            await asyncio.gather(*(notebook.change(note, version, f"{note}{version}") for note in "abc"))
        notebook.recorder = (
            RECORDER  # the last is for the stream alone: when it is out, all before it were looked at
        )
        await notebook.take("last", "last")
        await eventually(notebook.all_published)
    records = await notebook.published()
    for note in "abc":
        assert texts_of(records, note) == [f"{note}{version}" for version in range(1, 12)]
    assert len(records) == 34


async def test_entries_that_missed_the_fast_path_are_published_from_the_stream_in_order(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, failed = notebook.stream.publisher.publish, asyncio.Event()

    async def fails_once(records: Any) -> None:
        if records and not failed.is_set():
            failed.set()
            raise KafkaConnectionError("no answer")
        await publish(records)

    monkeypatch.setattr(notebook.stream.publisher, "publish", fails_once)
    async with notebook.relaying_on_the_fast_path(eventually):
        await notebook.take("n1", "one")
        await notebook.change("n1", 2, "two")
        await failed.wait()
        await notebook.change("n1", 3, "three")
        await eventually(notebook.all_published)
    assert list(dict.fromkeys(texts_of(await notebook.published()))) == ["one", "two", "three"]


async def test_a_dozen_events_of_one_change_keep_their_order(
    notebook: Notebook, eventually: Eventually
) -> None:
    texts = [str(n) for n in range(12)]
    async with notebook.relaying():
        await notebook.take("n1", *texts)
        await notebook.change("n1", 2, *texts)
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == texts + texts


async def test_an_event_recorded_before_the_first_poll_is_published(
    notebook: Notebook, eventually: Eventually
) -> None:
    relay = notebook.relay()
    await relay.prepare()
    await notebook.take("n1", "between")
    async with notebook.relaying(relay):
        await eventually(notebook.all_published)


async def test_events_recorded_while_no_relay_runs_are_published_by_the_next(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying() as relay:
        await notebook.take("n1", "one")
        await eventually(lambda: relay._position_unsaved, what="a position to store")
    await notebook.change("n1", 2, "two")
    await notebook.take("n2", "other")
    async with notebook.relaying():
        await eventually(notebook.all_published)
    assert Counter(texts_of(await notebook.published())) == {"one": 1, "two": 1, "other": 1}


async def test_a_stopped_relay_has_stored_its_position(notebook: Notebook, eventually: Eventually) -> None:
    async with notebook.relaying() as relay:
        await notebook.take("n1", "one")
        await eventually(lambda: relay._position_unsaved, what="a position to store")
    async with notebook.relaying():
        await notebook.change("n1", 2, "two")
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two"]


async def test_an_idle_service_advances_its_position(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the history since its own last change would be gone one day, and everything would be published again."""
    monkeypatch.setattr(relaying, "SAVE_INTERVAL_SECONDS", 0.05)
    monkeypatch.setattr(relaying, "IDLE_SAVE_INTERVAL_SECONDS", 0.1)
    async with notebook.relaying():
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
        before = await eventually(lambda: _token(notebook))
        await notebook.db.client[f"{notebook.db.name}_of_another"]["things"].insert_one({})
        later = await operation_time(notebook.db)
        await eventually(lambda: _token_after(notebook, before, later))


async def _token(notebook: Notebook) -> Any:
    return (await notebook.position()).get("token")


async def _token_after(notebook: Notebook, before: Any, later: Any) -> bool:
    now = (await notebook.position())["token"]["_data"]
    # a token begins with its type and the oplog's time, seconds and count, in hexadecimal digits
    assert now > before["_data"]
    assert now[2:18] >= f"{later.time:08X}{later.inc:08X}"
    return True


async def test_a_repeat_has_the_same_id_and_the_same_bytes(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying():
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
    await notebook.db["relay"].update_one({}, {"$unset": {"token": 1}})
    async with notebook.relaying():
        first, again = await eventually(lambda: _at_least(notebook, 2))
    assert (first.key, first.value, first.headers) == (again.key, again.value, again.headers)


async def _at_least(notebook: Notebook, count: int) -> Any:
    records = await notebook.published()
    return records if len(records) >= count else None


async def test_of_two_relays_one_leads_and_the_other_takes_over(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying():
        await eventually(notebook.db["leases"].find_one)
        async with notebook.relaying():
            async with notebook.relaying():
                await notebook.take("n1", "one")
                await eventually(notebook.all_published)
            await notebook.change("n1", 2, "two")
            await eventually(notebook.all_published)
    async with notebook.relaying():
        await notebook.change("n1", 3, "three")
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two", "three"]


async def test_a_leader_that_slept_through_its_lease_publishes_nothing_more_in_that_term(
    notebook: Notebook, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    """As after SIGSTOP: by its own clock it sees that another replica may lead by now, and acquires the lease again."""
    skipped = 0.0

    async with notebook.relaying(notebook.relay(lambda: time.monotonic() + skipped)):
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
        await notebook.db["leases"].update_one(
            {}, {"$set": {"holder": "another", "until": system_clock() + timedelta(seconds=5)}, "$inc": {"fence": 1}}
        )  # fmt: skip
        skipped = 30.0
        await notebook.change("n1", 2, "two")
        await eventually(lambda: "the relay lost its lease" in caplog.messages)
        assert texts_of(await notebook.published()) == ["one"]
    async with notebook.relaying():
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two"]


async def _a_token_of_long_ago(notebook: Notebook) -> dict[str, str]:
    data = (await notebook.position())["token"]["_data"]
    return {
        "_data": data[:2] + "00000001" + data[10:]
    }  # a second after 1970 began: no oplog reaches back so far


async def _garbage(_: Notebook) -> dict[str, str]:
    return {"_data": "not a token"}


@pytest.mark.parametrize("token_of", [_a_token_of_long_ago, _garbage])
async def test_when_the_history_is_gone_the_outboxes_are_read_and_nothing_is_lost(
    notebook: Notebook, eventually: Eventually, token_of: Any
) -> None:
    async with notebook.relaying() as relay:
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
        await eventually(lambda: relay._position_unsaved, what="a position to store")
    token = await token_of(notebook)
    await notebook.change("n1", 2, "two")
    await notebook.take("n2", "other")
    await notebook.db["relay"].update_one({}, {"$set": {"token": token}})
    async with notebook.relaying():
        await eventually(notebook.all_published)
        await notebook.change("n1", 3, "three")
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published(), "n1") == ["one", "one", "two", "three"]


async def test_the_fast_path_is_disabled_while_the_outboxes_are_read(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the newest event of an aggregate would come out between its older ones."""
    relay = notebook.relay()
    read_all, went_ahead = relay._read_all, []

    async def watched() -> None:
        went_ahead.append(relay.fast_path.enabled)
        await read_all()

    monkeypatch.setattr(relay, "_read_all", watched)
    await relay.prepare()
    await notebook.db["relay"].update_one({}, {"$set": {"token": {"_data": "not a token"}}})
    async with notebook.relaying(relay):
        await eventually(lambda: went_ahead)
    assert went_ahead == [False]


async def test_the_outboxes_are_read_in_batches_without_leaving_one_out(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "MAX_CHANGES", 4)
    await notebook.relay().prepare()
    await asyncio.gather(*(notebook.take(f"n{n}", "one") for n in range(10)))
    await notebook.db["relay"].update_one({}, {"$set": {"token": {"_data": "not a token"}}})
    async with notebook.relaying():
        await eventually(notebook.all_published)


async def test_a_dropped_database_does_not_end_the_relay(notebook: Notebook, eventually: Eventually) -> None:
    async with notebook.relaying():
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
        await notebook.db.client.drop_database(notebook.db.name)
        await notebook.take("n1", "again")
        await eventually(notebook.all_published)


async def test_the_events_of_a_replaced_document_are_published(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying():
        await notebook.take("n1", "one")
        slots = RECORDER.slots(2, [notebook.stream.note("two", "n1", 2)])
        await notebook.db["notes"].replace_one({"_id": "n1"}, {"version": 2, "outbox": slots})
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two"]


async def test_an_outbox_that_is_replaced_publishes_only_what_is_new(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying():
        await notebook.take("n1", "one")
        slots = RECORDER.slots(2, [notebook.stream.note("two", "n1", 2)])
        await notebook.db["notes"].update_one({"_id": "n1"}, {"$set": {"version": 2, "outbox": slots}})
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one", "two"]


async def test_collections_that_are_not_relayed_publish_nothing(
    notebook: Notebook, eventually: Eventually
) -> None:
    async with notebook.relaying():
        slots = RECORDER.slots(1, [notebook.stream.note("drafted")])
        await notebook.db["drafts"].insert_one({"_id": "d1", "outbox": slots})
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
    assert texts_of(await notebook.published()) == ["one"]


async def test_the_collections_of_each_filter_are_relayed(notebook: Notebook, eventually: Eventually) -> None:
    async with notebook.relaying():
        slots = RECORDER.slots(1, [notebook.stream.note("of a prefix")])
        await notebook.db["notes_2026"].insert_one({"_id": "o1", "outbox": slots})
        await notebook.take("n1", "named")

        async def told() -> bool:
            return set(texts_of(await notebook.published())) == {"named", "of a prefix"}

        await eventually(told)


async def test_a_relay_can_be_stopped_while_it_fails(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(records: Any) -> None:
        raise RuntimeError

    await notebook.relay().prepare()
    await notebook.take("n1", "one")
    monkeypatch.setattr(notebook.stream.publisher, "publish", fails)
    relay = notebook.relay()
    task = asyncio.create_task(relay.run())
    await eventually(lambda: not relay.working)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done == {task}


async def test_the_envelope_has_producer_key_and_time_of_recording(
    notebook: Notebook, eventually: Eventually
) -> None:
    before = system_clock()
    await notebook.relay().prepare()
    await notebook.take("n1", "one")
    after = system_clock()
    async with notebook.relaying():
        [record] = await eventually(notebook.published)
    headers = headers_of(record)
    assert headers["ce_source"] == "/anchorage/notebook"
    assert (headers["ce_type"], headers["ce_subject"], record.key) == ("anchorage.Noted.v1", "n1", b"n1")
    assert before <= datetime.fromisoformat(headers["ce_time"]) <= after
