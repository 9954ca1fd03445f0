"""`anchorage dlq list|show|replay`: records that consumers could not handle, with their reasons, and how to replay them.

`list` says how many of each kind were replayed, and when the last of them was.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from anchorage_cli.installation import Installation, installation
from anchorage_cli.replays import REPLAY_GROUP, Replays, replays_of
from anchorage_cli.streams import records, topic_names
from contracts.topics import DEAD_LETTER_SUFFIX, TOPICS
from runtime.clock import system_clock
from runtime.consuming.dead_letters import has_content
from runtime.consuming.dead_letters import replayed as original_record
from runtime.consuming.records import headers_of
from runtime.kafka.publisher import Publisher


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
            if arguments.id and done == Replayed():
                print(f"No dead letter of {arguments.topic} has the id {arguments.id}.", file=sys.stderr)
                return 1
            print(f"{done.replayed} record(s) replayed to {arguments.topic}")
            if done.superseded:
                print(f"{done.superseded} skipped: this compacted topic has a newer record of the same key")
            if done.without_content:
                print(
                    f"{done.without_content} skipped: too large for a dead letter; the record is on its topic, at the "
                    f"dlq_partition and dlq_offset that `anchorage dlq show {arguments.topic}` prints"
                )
            return 0


async def _list(where: Installation) -> int:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    replayed: Counter[tuple[str, str, str, str]] = Counter()
    at: dict[tuple[str, str, str, str], str] = {}
    for topic in await _topics(where):
        source = _letters_of(where, topic)
        replays = await replays_of(where.kafka, where.prefix, source)
        async for record in records(where.kafka, source.topic):
            headers = headers_of(record)
            kind = (
                where.prefix + topic, headers.get("dlq_consumer", "?"),
                headers.get("ce_type", "?"), headers.get("dlq_reason", "?")[:100],
            )  # fmt: skip
            counts[kind] += 1
            if replays.include(record.offset):
                replayed[kind] += 1
                at[kind] = replays.at
    for kind, count in sorted(counts.items()):
        note = f"  ({replayed[kind]} replayed; last replay {at[kind] or 'unknown'})" if replayed[kind] else ""
        print(f"{count:6}  " + "  ".join(kind) + note)
    print(f"{counts.total()} dead letter(s), {replayed.total()} replayed")
    return 0


async def _show(where: Installation, topic: str, event_id: str | None) -> int:
    await _known(where, topic)
    source, shown = _letters_of(where, topic), 0
    replays = await replays_of(where.kafka, where.prefix, source)
    async for record in records(where.kafka, source.topic):
        headers = headers_of(record)
        if event_id in (None, headers.get("ce_id")):
            shown += 1
            print(f"offset {record.offset}  key {(record.key or b'').decode('utf-8', 'replace')}")
            print(f"  replayed: {'yes' if replays.include(record.offset) else 'no'}")
            for name, value in headers.items():
                print(f"  {name}: {value}")
            print("  " + (record.value or b"").decode("utf-8", "replace"))
    if event_id and not shown:
        print(f"No dead letter of {topic} has the id {event_id}.", file=sys.stderr)
        return 1
    return 0


async def _topics(where: Installation) -> list[str]:
    """The names of the topics that have a dead-letter topic."""
    return [
        name.removeprefix(where.prefix).removesuffix(DEAD_LETTER_SUFFIX)
        for name in await topic_names(where.kafka)
        if name.startswith(where.prefix) and name.endswith(DEAD_LETTER_SUFFIX)
    ]


async def _known(where: Installation, topic: str) -> None:
    """Raises SystemExit for a topic without dead letters."""
    topics = await _topics(where)
    if topic not in topics:
        known = ", ".join(topics) or "none: is this the right ANCHORAGE_PREFIX?"
        raise SystemExit(f"There is no topic {topic} with dead letters. There are: {known}")


def _letters_of(where: Installation, topic: str) -> TopicPartition:
    return TopicPartition(where.prefix + topic + DEAD_LETTER_SUFFIX, 0)


@dataclass(slots=True)
class Replayed:
    """How many records were replayed, and how many were skipped: a newer one of their key exists, or the letter has no content."""

    replayed: int = 0
    superseded: int = 0
    without_content: int = 0


async def replay(
    where: Installation, topic: str, *, event_id: str | None = None, again: bool = False
) -> Replayed:
    """Publish the dead letters of `topic` to it again, with the same `ce_id`, so that no effect doubles.

    A compacted topic keeps the last record of a key, so an older one is never published after it.
    """
    await _known(where, topic)
    newest = await _newest(where, topic)
    source = _letters_of(where, topic)
    replays = await replays_of(where.kafka, where.prefix, source)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=where.kafka, group_id=where.prefix + REPLAY_GROUP, enable_auto_commit=False
    )
    publisher = Publisher(where.kafka)
    await consumer.start()
    try:
        consumer.assign([source])
        everything = again or event_id is not None
        consumer.seek(source, 0 if everything else replays.until)
        end = (await consumer.end_offsets([source]))[source]
        done, offsets = Replayed(), set[int]()
        async for record in _until(consumer, source, end):
            headers = headers_of(record)
            if event_id not in (None, headers.get("ce_id")) or (
                not everything and replays.include(record.offset)
            ):
                continue
            if not has_content(record):
                done.without_content += 1
                continue
            if newest.get(record.key, -1) > _offset_in(headers):
                done.superseded += 1
                continue
            await publisher.publish([original_record(record)])
            done.replayed += 1
            offsets.add(record.offset)
        at = system_clock().isoformat(timespec="seconds")
        if event_id is None and end > replays.until:
            await consumer.commit({source: Replays(end, at=at).committed()})
        elif offsets:
            singles = {offset for offset in offsets if offset >= replays.until}
            await consumer.commit({source: replays.with_single(singles, at).committed()})
        return done
    finally:
        await publisher.stop()
        await consumer.stop()


def _offset_in(headers: dict[str, str]) -> int:
    offset = headers.get("dlq_offset", "")
    return int(offset) if offset.isdecimal() else -1


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
