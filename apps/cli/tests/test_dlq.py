"""Putting dead letters back."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka import TopicPartition

from anchorage_cli import dlq
from anchorage_cli.dlq import Replayed, replay
from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation
from anchorage_cli.replays import replays_of
from contracts.topics import ORDERS, PRODUCTS, Topic
from runtime.clock import system_clock
from runtime.consuming.dead_letters import dead_letter, without_content
from runtime.kafka.publisher import Publisher, Record
from runtime.kafka.topics import ensure_topics
from support.events import records_of


async def set_aside(kafka: str, prefix: str, topic: Topic) -> Installation:
    """Three records, of which the first two are dead letters; the third has the key of the first."""
    await ensure_topics(kafka, prefix, [topic])
    publisher = Publisher(kafka)
    name = prefix + topic.name
    try:
        told = [(b"a", b"old"), (b"b", b"only"), (b"a", b"new")]
        await publisher.publish([Record(name, key, value, ()) for key, value in told])
        letters = [
            dead_letter(record, reason="a test", attempts=4, consumer="tests", at=system_clock())
            for record in await records_of(kafka, name)
            if record.value != b"new"
        ]
        await publisher.publish(letters)
    finally:
        await publisher.stop()
    return Installation(kafka, "", prefix, Path())


async def test_a_record_of_a_compacted_topic_is_never_put_behind_a_newer_one_of_its_key(
    kafka_bootstrap: str, prefix: str
) -> None:
    where = await set_aside(kafka_bootstrap, prefix, PRODUCTS)
    assert await replay(where, PRODUCTS.name) == Replayed(replayed=1, superseded=1)
    values = {r.key: r.value for r in await records_of(kafka_bootstrap, prefix + PRODUCTS.name)}
    assert values == {b"a": b"new", b"b": b"only"}


async def test_every_record_of_another_topic_is_replayed_once(kafka_bootstrap: str, prefix: str) -> None:
    where = await set_aside(kafka_bootstrap, prefix, ORDERS)
    assert await replay(where, ORDERS.name) == Replayed(replayed=2)
    assert await replay(where, ORDERS.name) == Replayed(replayed=0)
    assert len(await records_of(kafka_bootstrap, prefix + ORDERS.name)) == 5


async def test_a_letter_without_content_is_not_replayed(kafka_bootstrap: str, prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix, [ORDERS])
    name = prefix + ORDERS.name
    publisher = Publisher(kafka_bootstrap)
    try:
        await publisher.publish([Record(name, b"a", b"large", ())])
        [record] = await records_of(kafka_bootstrap, name)
        letter = dead_letter(record, reason="a test", attempts=1, consumer="tests", at=system_clock())
        await publisher.publish([without_content(letter)])
    finally:
        await publisher.stop()
    where = Installation(kafka_bootstrap, "", prefix, Path())
    assert await replay(where, ORDERS.name) == Replayed(without_content=1)
    assert len(await records_of(kafka_bootstrap, name)) == 1


async def test_the_list_says_what_was_replayed_and_when(kafka_bootstrap: str, prefix: str) -> None:
    where = await set_aside(kafka_bootstrap, prefix, ORDERS)
    assert dlq.listed(await dlq.kinds_of(where))[-1] == "2 dead letter(s), 0 replayed"
    before = system_clock()
    await replay(where, ORDERS.name)
    assert dlq.listed(await dlq.kinds_of(where))[-1] == "2 dead letter(s), 2 replayed"
    source = TopicPartition(prefix + ORDERS.name + ".dlq", 0)
    replayed = await replays_of(where, source)
    assert replayed.at >= before.isoformat(timespec="seconds")


async def test_an_unknown_topic_is_refused_with_the_topics_that_there_are(
    kafka_bootstrap: str, prefix: str
) -> None:
    where = await set_aside(kafka_bootstrap, prefix, ORDERS)
    with pytest.raises(Refused, match=r"no topic ordres.*There are: orders"):
        await dlq._show(where, "ordres", None)
    with pytest.raises(Refused, match="There are: orders"):
        await replay(where, "ordres")
