"""A publish that does not end well leaves nothing behind that could be sent later."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError
from runtime_support.stream import Stream

from runtime.kafka.publisher import Publisher
from runtime.kafka.topics import LARGEST_RECORD
from support.events import records_of
from support.eventually import Eventually


async def test_a_cancelled_publish_sends_nothing_afterwards(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller was a leader that stops: its successor publishes the same records, which must not be overtaken."""
    await stream.tell("before")
    producer, held = stream.publisher._producer, asyncio.Event()
    send_batch = producer._sender._send_produce_req
    reached = asyncio.Event()

    async def waits(*arguments: Any) -> Any:
        reached.set()
        await held.wait()
        return await send_batch(*arguments)

    monkeypatch.setattr(producer._sender, "_send_produce_req", waits)
    telling = asyncio.create_task(stream.tell("cancelled"))
    await reached.wait()
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    held.set()
    await stream.tell("after")
    assert [b"cancelled" in (r.value or b"") for r in await records_of(stream.kafka, stream.name)] == [
        False,
        False,
    ]


async def test_of_a_batch_with_a_record_that_is_too_large_none_is_sent(stream: Stream) -> None:
    with pytest.raises(MessageSizeTooLargeError, match=f"the topic accepts {LARGEST_RECORD}"):
        await stream.tell("one", "x" * (LARGEST_RECORD - 100))
    await stream.tell("two")
    assert len(await records_of(stream.kafka, stream.name)) == 1


async def test_records_that_are_published_each_by_itself_do_not_stop_each_other(stream: Stream) -> None:
    texts = ("one", "x" * LARGEST_RECORD, "two")
    outcomes = await stream.publisher.publish_each([stream.record(stream.note(text)) for text in texts])
    assert [type(outcome) for outcome in outcomes] == [type(None), MessageSizeTooLargeError, type(None)]
    assert len(await records_of(stream.kafka, stream.name)) == 2


async def test_the_broker_takes_the_largest_record_that_the_publisher_lets_pass(stream: Stream) -> None:
    size, fits = LARGEST_RECORD - 1_024, 0
    for _ in range(12):
        outcomes = await stream.publisher.publish_each([stream.record(stream.note("x" * size))])
        fits += outcomes == [None]
        size += 90
        assert outcomes == [None] or "the topic accepts" in str(outcomes[0])
    assert 0 < fits < 12


async def test_a_publisher_knows_whether_kafka_answers(stream: Stream) -> None:
    assert await stream.publisher.responds()
    assert not await Publisher("127.0.0.1:1").responds()
