"""Lingering: records that others soon follow wait a moment for them, and none is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownError
from runtime_support.notes import noted_on
from runtime_support.stream import Reader, Stream

from runtime.clock import system_clock
from runtime.consuming import kafka_client
from runtime.consuming.consumer import Consumers
from runtime.consuming.kafka_client import KafkaClient
from runtime.consuming.subscription import Subscription
from support.eventually import Eventually

LONG = 60.0
"""Longer than a test may take."""


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records linger for LONG."""
    monkeypatch.setattr(kafka_client, "LINGER_SECONDS", LONG)


@pytest.fixture
def followed(stream: Stream) -> type[Any]:
    """The event for which notes wait."""
    return noted_on(stream.topic, "Followed")


@asynccontextmanager
async def taking(stream: Stream, reader: Reader, followed: type[Any]) -> AsyncIterator[KafkaClient]:
    """A reader whose notes can wait for what follows them."""
    subscription = Subscription("notes", (stream.Noted, followed), reader, linger=(stream.Noted,))
    consumers = Consumers(stream.service, stream.settings(), [subscription], stream.publisher, system_clock)
    await consumers.start()
    try:
        kafka = consumers.consumers[0].client
        assert kafka is not None
        yield kafka
    finally:
        await consumers.stop()


@pytest.mark.usefixtures("long")
async def test_a_lingering_record_is_handled_with_the_one_that_follows_it(
    stream: Stream, followed: type[Any], eventually: Eventually
) -> None:
    reader = Reader()
    async with taking(stream, reader, followed) as kafka:
        await stream.tell("first", "second")
        await eventually(lambda: _taken(kafka, stream, 2), what="both notes to wait")
        assert reader.batches == []
        follower = stream.record(followed(version=1, note_id="n1", text="follower"))
        await stream.publisher.publish([follower])
        await eventually(lambda: reader.done, what="all to be taken")
    assert reader.batches == [["first", "second", "follower"]]


async def test_a_lingering_record_that_nothing_follows_is_handled_all_the_same(
    stream: Stream, followed: type[Any], eventually: Eventually
) -> None:
    reader = Reader()
    async with taking(stream, reader, followed):
        await stream.tell("alone")
        await eventually(lambda: reader.done == ["alone"])


@pytest.mark.usefixtures("long")
async def test_a_record_that_may_not_linger_is_handled_at_once(
    stream: Stream, followed: type[Any], eventually: Eventually
) -> None:
    reader = Reader()
    async with taking(stream, reader, followed):
        await stream.publisher.publish([stream.record(followed(version=1, note_id="n1", text="at once"))])
        await eventually(lambda: reader.done == ["at once"])


async def test_lingering_records_survive_an_error_of_the_client(
    stream: Stream, followed: type[Any], eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0
    poll = AIOKafkaConsumer.getmany

    async def fails_after_the_first(kafka: Any, *partitions: Any, **how: Any) -> Any:
        nonlocal taken
        if taken == 1:
            taken += 1
            raise UnknownError
        found = await poll(kafka, *partitions, **how)
        taken += bool(found)
        return found

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", fails_after_the_first)
    reader = Reader()
    async with taking(stream, reader, followed):
        await stream.tell("waits")
        await eventually(lambda: reader.done == ["waits"])
        await stream.tell("later")
        await eventually(lambda: reader.done == ["waits", "later"], within=30)


async def test_lingering_records_are_not_lost_when_another_replica_joins(
    kafka_bootstrap: str, module_prefix: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_client, "LINGER_SECONDS", 4)  # longer than a joining takes
    texts = [f"note {n}" for n in range(10)]
    first, second = Reader(), Reader()
    async with Stream.fresh(kafka_bootstrap, module_prefix, eventually, partitions=2) as stream:
        followed = noted_on(stream.topic, "Followed")
        async with taking(stream, first, followed) as kafka:
            await stream.publisher.publish([stream.record(stream.note(text, text[-1])) for text in texts])
            await eventually(lambda: _taken(kafka, stream, len(texts)), what="all notes to wait")
            async with taking(stream, second, followed):
                await eventually(lambda: {*first.done, *second.done} == {*texts}, within=60)
                await eventually(lambda: first.done and second.done, what="both replicas to have notes")
    assert {*first.done, *second.done} == {*texts}  # the batch that lingered may be handled twice


async def _taken(kafka: KafkaClient, stream: Stream, count: int) -> bool:
    partitions = [TopicPartition(stream.name, number) for number in range(stream.topic.partitions)]
    return sum([await kafka.position(partition) for partition in partitions]) == count
