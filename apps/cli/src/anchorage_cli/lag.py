"""How far each consumer group is behind: records that are not handled yet, and when the oldest of them was published."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from anchorage_cli.installation import Installation
from anchorage_cli.processes import SERVICES

LOOK_SECONDS = 5.0
"""How long one look at a record may take."""
MAX_LOOKS = 100

Offsets = dict[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class GroupLag:
    """A consumer group, without the prefix; `oldest` is None if nothing waits or the record could not be read."""

    group: str
    waiting: int
    oldest: datetime | None = None


async def committed(where: Installation) -> dict[str, Offsets]:
    """The committed offsets of every group of a service, by the group's name without the prefix, on topics that there are."""
    admin = AIOKafkaAdminClient(**where.broker)
    await admin.start()
    try:
        names = [name for name, *_ in await admin.list_consumer_groups()]
        ours = sorted(name for name in names if is_ours(where.prefix, name))
        found = await asyncio.gather(*(admin.list_consumer_group_offsets(name) for name in ours))
        topics = set(await admin.list_topics())
    finally:
        await admin.close()
    return {
        name.removeprefix(where.prefix): {
            at: known.offset for at, known in offsets.items() if at.topic in topics
        }
        for name, offsets in zip(ours, found, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Described:
    """A consumer group: its state in Kafka's words, and the partitions that its members read."""

    state: str
    assigned: list[TopicPartition]


async def describe(where: Installation, groups: Sequence[str]) -> dict[str, Described]:
    """The groups by their names without the prefix; one that Kafka does not know is `Dead`."""
    admin = AIOKafkaAdminClient(**where.broker)
    await admin.start()
    try:
        # One at a time: aiokafka 0.14 does not read the permitted operations behind each group, so a second one is unreadable.
        answers = [await admin.describe_consumer_groups([where.prefix + group]) for group in groups]
    finally:
        await admin.close()
    found = {}
    for group, [answer] in zip(groups, answers, strict=True):
        [(_, _, state, _, _, members)] = answer.groups
        assigned = [at for *_, assignment in members if assignment for at in _partitions(assignment)]
        found[group] = Described(state, assigned)
    return found


def _partitions(assignment: bytes) -> list[TopicPartition]:
    found: list[TopicPartition] = ConsumerProtocolMemberAssignment.decode(assignment).partitions()
    return found


def is_ours(prefix: str, group: str) -> bool:
    """Whether a group is of a service of the installation: `<prefix><service>.<subscription>`."""
    return group.startswith(prefix) and group.removeprefix(prefix).partition(".")[0] in SERVICES


async def lags(where: Installation) -> list[GroupLag]:
    """Every group of a service, those that are furthest behind first. What a member is to read and has never committed counts from
    the oldest record."""
    groups = await committed(where)
    for group, described in (await describe(where, list(groups))).items():
        groups[group] = dict.fromkeys(described.assigned, 0) | groups[group]
    consumer = AIOKafkaConsumer(**where.broker, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = list({at for offsets in groups.values() for at in offsets})
        consumer.assign(partitions)
        ends: Offsets = await consumer.end_offsets(partitions) if partitions else {}
        begins: Offsets = await consumer.beginning_offsets(partitions) if partitions else {}
        found, looks = [], 0
        for group, offsets in groups.items():
            behind = {at: max(offset, begins[at]) for at, offset in offsets.items() if offset < ends[at]}
            waiting = sum(max(0, ends[at] - offset) for at, offset in behind.items())
            looks += len(behind)
            oldest = await _oldest(consumer, behind) if waiting and looks <= MAX_LOOKS else None
            found.append(GroupLag(group, waiting, oldest))
    finally:
        await consumer.stop()
    return sorted(found, key=lambda lag: (-lag.waiting, lag.group))


async def _oldest(consumer: AIOKafkaConsumer, behind: Mapping[TopicPartition, int]) -> datetime | None:
    moments = []
    for at, offset in behind.items():
        consumer.assign([at])
        consumer.seek(at, offset)
        with suppress(TimeoutError):
            record = await asyncio.wait_for(consumer.getone(), LOOK_SECONDS)
            moments.append(datetime.fromtimestamp(record.timestamp / 1000, UTC))
    return min(moments, default=None)
