"""`anchorage dlq list|show|replay`: records that consumers could not handle, with their reasons, and how to replay them."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from anchorage_cli.installation import Installation, installation
from anchorage_cli.streams import records, topic_names
from contracts.topics import DEAD_LETTER_SUFFIX, TOPICS
from runtime.consuming.dead_letters import replayed as original_record
from runtime.consuming.records import headers_of
from runtime.kafka.publisher import Publisher

REPLAY_GROUP = "anchorage.dlq-replay"
"""Its committed offsets say what was replayed, so that a second replay does not repeat it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="count dead letters by topic, consumer, event and reason")
    show = actions.add_parser("show", help="print each with its origin and value")
    replay = actions.add_parser("replay", help="publish to the original topic what was not replayed before")
    for action in (show, replay):
        action.add_argument("topic", help="the topic that the records came from: orders, payments, …")
        action.add_argument("--id", help="only the event with this ce_id")
    replay.add_argument("--all", action="store_true", help="also what was replayed before")


def run(arguments: argparse.Namespace) -> int:
    """Run the chosen action."""
    where = installation()
    match arguments.action:
        case "list":
            return asyncio.run(_list(where))
        case "show":
            return asyncio.run(_show(where, arguments.topic, arguments.id))
        case _:
            done = asyncio.run(replay(where, arguments.topic, event_id=arguments.id, again=arguments.all))
            print(f"{done.replayed} record(s) replayed to {arguments.topic}")
            if done.superseded:
                print(f"{done.superseded} skipped: this compacted topic has a newer record of the same key")
            return 0


async def _list(where: Installation) -> int:
    counts: dict[tuple[str, str, str, str], int] = {}
    for topic in await topic_names(where.kafka):
        if topic.startswith(where.prefix) and topic.endswith(DEAD_LETTER_SUFFIX):
            async for record in records(where.kafka, topic):
                headers = headers_of(record)
                kind = (
                    topic.removesuffix(DEAD_LETTER_SUFFIX), headers.get("dlq_consumer", "?"),
                    headers.get("ce_type", "?"), headers.get("dlq_reason", "?")[:100],
                )  # fmt: skip
                counts[kind] = counts.get(kind, 0) + 1
    for (topic, consumer, event, reason), count in sorted(counts.items()):
        print(f"{count:6}  {topic}  {consumer}  {event}  {reason}")
    print(f"{sum(counts.values())} dead letter(s)")
    return 0


async def _show(where: Installation, topic: str, event_id: str | None) -> int:
    async for record in records(where.kafka, where.prefix + topic + DEAD_LETTER_SUFFIX):
        headers = headers_of(record)
        if event_id in (None, headers.get("ce_id")):
            print(f"offset {record.offset}  key {(record.key or b'').decode('utf-8', 'replace')}")
            for name, value in headers.items():
                print(f"  {name}: {value}")
            print("  " + (record.value or b"").decode("utf-8", "replace"))
    return 0


@dataclass(slots=True)
class Replayed:
    """How many records were replayed, and how many were skipped because a newer one of their key exists."""

    replayed: int = 0
    superseded: int = 0


async def replay(
    where: Installation, topic: str, *, event_id: str | None = None, again: bool = False
) -> Replayed:
    """Publish the dead letters of `topic` to it again, with the same `ce_id`, so that no effect doubles.

    A compacted topic keeps the last record of a key, so an older one is never published after it.
    """
    newest = await _newest(where, topic)
    source = TopicPartition(where.prefix + topic + DEAD_LETTER_SUFFIX, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=where.kafka, group_id=where.prefix + REPLAY_GROUP, enable_auto_commit=False
    )
    publisher = Publisher(where.kafka)
    await consumer.start()
    try:
        consumer.assign([source])
        start = 0 if again or event_id is not None else await consumer.committed(source) or 0
        consumer.seek(source, start)
        end = (await consumer.end_offsets([source]))[source]
        done = Replayed()
        async for record in _until(consumer, source, end):
            headers = headers_of(record)
            if event_id not in (None, headers.get("ce_id")):
                continue
            if newest.get(record.key, -1) > int(headers.get("dlq_offset", "-1")):
                done.superseded += 1
                continue
            await publisher.publish([original_record(record)])
            done.replayed += 1
        if event_id is None and end > start:
            await consumer.commit({source: end})
        return done
    finally:
        await publisher.stop()
        await consumer.stop()


async def _newest(where: Installation, topic: str) -> dict[bytes | None, int]:
    """The offset of the newest record of each key, where the topic is compacted; a key is always in one partition."""
    if not any(known.compacted and known.name == topic for known in TOPICS):
        return {}
    return {record.key: record.offset async for record in records(where.kafka, where.prefix + topic)}


async def _until(
    consumer: AIOKafkaConsumer, source: TopicPartition, end: int
) -> AsyncIterator[ConsumerRecord]:
    while await consumer.position(source) < end:
        for found in (await consumer.getmany(timeout_ms=500)).values():
            for record in found:
                if record.offset < end:
                    yield record
