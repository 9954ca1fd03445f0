"""`anchorage dlq list|show|replay`: records that consumers could not handle, with their reasons, and how to replay them.

`list` says how many of each kind were replayed, and when the last of them was.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation, installation
from anchorage_cli.output import print_json
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
            kinds = asyncio.run(kinds_of(where))
            if arguments.json:
                print_json(*kinds)
            else:
                print("\n".join(listed(kinds)))
            return 0
        case "show":
            return asyncio.run(_show(where, arguments.topic, arguments.id, as_json=arguments.json))
        case _:
            done = asyncio.run(replay(where, arguments.topic, event_id=arguments.id, again=arguments.all))
            if arguments.id and done == Replayed():
                print(f"No dead letter of {arguments.topic} has the id {arguments.id}.", file=sys.stderr)
                return 1
            if arguments.json:
                print_json({"topic": arguments.topic} | asdict(done))
                return 0
            print(f"{done.replayed} record(s) replayed to {arguments.topic}")
            if done.superseded:
                print(f"{done.superseded} skipped: this compacted topic has a newer record of the same key")
            if done.without_content:
                print(
                    f"{done.without_content} skipped: too large for a dead letter; the record is on its topic, at the "
                    f"dlq_partition and dlq_offset that `anchorage dlq show {arguments.topic}` prints"
                )
            return 0


@dataclass(slots=True)
class Kind:
    """Dead letters of one topic, consumer group, event and reason; `last_replay` is ISO 8601, and empty if there was none."""

    topic: str
    consumer: str
    event: str
    reason: str
    count: int = 0
    replayed: int = 0
    last_replay: str = ""


async def kinds_of(where: Installation) -> list[Kind]:
    """All dead letters, counted."""
    kinds: dict[tuple[str, str, str, str], Kind] = {}
    for topic in await dead_letter_topics(where):
        source = letters_of(where, topic)
        replays = await replays_of(where, source)
        async for record in records(where, source.topic):
            headers = headers_of(record)
            key = (
                where.prefix + topic, headers.get("dlq_consumer", "?"),
                headers.get("ce_type", "?"), headers.get("dlq_reason", "?")[:100],
            )  # fmt: skip
            kind = kinds.setdefault(key, Kind(*key))
            kind.count += 1
            if replays.include(record.offset):
                kind.replayed += 1
                kind.last_replay = replays.at
    return [kind for _, kind in sorted(kinds.items())]


def listed(kinds: Sequence[Kind]) -> list[str]:
    """One line for each kind, then the sums."""
    lines = []
    for kind in kinds:
        when = kind.last_replay or "unknown"
        note = f"  ({kind.replayed} replayed; last replay {when})" if kind.replayed else ""
        named = (kind.topic, kind.consumer, kind.event, kind.reason)
        lines.append(f"{kind.count:6}  " + "  ".join(named) + note)
    count, replayed = sum(kind.count for kind in kinds), sum(kind.replayed for kind in kinds)
    return [*lines, f"{count} dead letter(s), {replayed} replayed"]


async def _show(where: Installation, topic: str, event_id: str | None, *, as_json: bool = False) -> int:
    await _known(where, topic)
    source, shown = letters_of(where, topic), 0
    replays = await replays_of(where, source)
    async for record in records(where, source.topic):
        headers = headers_of(record)
        if event_id in (None, headers.get("ce_id")):
            shown += 1
            key, value = ((part or b"").decode("utf-8", "replace") for part in (record.key, record.value))
            replayed = replays.include(record.offset)
            if as_json:
                letter = {"offset": record.offset, "key": key, "replayed": replayed}
                print_json(letter | {"headers": headers, "value": value})
                continue
            print(f"offset {record.offset}  key {key}")
            print(f"  replayed: {'yes' if replayed else 'no'}")
            for name, text in headers.items():
                print(f"  {name}: {text}")
            print("  " + value)
    if event_id and not shown:
        print(f"No dead letter of {topic} has the id {event_id}.", file=sys.stderr)
        return 1
    return 0


async def dead_letter_topics(where: Installation) -> list[str]:
    """The names of the topics that have a dead-letter topic."""
    return [
        name.removeprefix(where.prefix).removesuffix(DEAD_LETTER_SUFFIX)
        for name in await topic_names(where)
        if name.startswith(where.prefix) and name.endswith(DEAD_LETTER_SUFFIX)
    ]


async def _known(where: Installation, topic: str) -> None:
    """Raises Refused for a topic without dead letters."""
    topics = await dead_letter_topics(where)
    if topic not in topics:
        known = ", ".join(topics) or "none: is this the right ANCHORAGE_PREFIX?"
        raise Refused(f"there is no topic {topic} with dead letters. There are: {known}")


def letters_of(where: Installation, topic: str) -> TopicPartition:
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
    source = letters_of(where, topic)
    replays = await replays_of(where, source)
    consumer = AIOKafkaConsumer(
        **where.broker, group_id=where.prefix + REPLAY_GROUP, enable_auto_commit=False
    )
    publisher = Publisher(where.kafka, where.login)
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
    return {record.key: record.offset async for record in records(where, where.prefix + topic)}


async def _until(
    consumer: AIOKafkaConsumer, source: TopicPartition, end: int
) -> AsyncIterator[ConsumerRecord]:
    while await consumer.position(source) < end:
        for found in (await consumer.getmany(timeout_ms=500)).values():
            for record in found:
                if record.offset < end:
                    yield record
