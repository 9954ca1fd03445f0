"""The Kafka client commits at intervals, and every handled batch is committed in the end."""

from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError
from runtime_support.stream import Reader, Stream

from runtime.clock import system_clock
from runtime.consuming import kafka_client
from runtime.consuming.consumer import Consumers
from runtime.consuming.subscription import Subscription
from support.eventually import Eventually


async def test_a_batch_that_is_handled_while_a_commit_is_under_way_is_committed_too(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_client, "COMMIT_INTERVAL_SECONDS", 0.05)
    reader, commit, commits = Reader(), AIOKafkaConsumer.commit, []

    async def slow(consumer: Any, offsets: Any) -> None:
        commits.append(offsets)
        if (
            len(commits) == 1
        ):  # the second note is published and handled before this commit reaches the broker
            await stream.tell("second")
            await eventually(lambda: len(reader.done) == 2)
        await commit(consumer, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", slow)
    subscription = Subscription("notes", (stream.Noted,), reader)
    consumers = Consumers(stream.service, stream.settings(), [subscription], stream.publisher, system_clock)
    await consumers.start()
    try:
        await stream.tell("first")
        await eventually(lambda: _committed(stream, 2), what="both notes to be committed")
    finally:
        await consumers.stop()


async def test_a_failed_commit_is_retried(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_client, "COMMIT_INTERVAL_SECONDS", 0.05)
    commit, failures = AIOKafkaConsumer.commit, [KafkaConnectionError(), KafkaConnectionError()]

    async def failing(consumer: Any, offsets: Any) -> None:
        if failures:
            raise failures.pop()
        await commit(consumer, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", failing)
    subscription = Subscription("notes", (stream.Noted,), Reader())
    consumers = Consumers(stream.service, stream.settings(), [subscription], stream.publisher, system_clock)
    await consumers.start()
    try:
        await stream.tell("first")
        await eventually(lambda: _committed(stream, 1), what="the note to be committed")
    finally:
        await consumers.stop()


async def _committed(stream: Stream, count: int) -> bool:
    return sum((await stream.committed()).values()) == count
