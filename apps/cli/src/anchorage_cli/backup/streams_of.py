"""Whether Kafka has the streams of a backup, and its consumer groups put back to the offsets of the backup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import OffsetAndMetadata

from anchorage_cli.backup.manifest import Offsets
from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation
from anchorage_cli.lag import committed, describe

WITHOUT_MEMBERS = ("Empty", "Dead")
"""States of a consumer group that nobody is in."""


async def streams_are_there(where: Installation, offsets: Offsets) -> bool:
    """True if every topic reaches to the offsets of the backup, False if Kafka has no record of any. Raises Refused for anything
    between: then it is another Kafka, or an older one."""
    wanted: dict[TopicPartition, int] = {}
    for _, at, offset in _each(where, offsets):
        wanted[at] = max(offset, wanted.get(at, 0))
    ends = await _ends(where, wanted)
    if not any(ends.values()):
        return not any(wanted.values())
    for at, offset in sorted(wanted.items()):
        if ends[at] < offset:
            raise Refused(
                f"Kafka is not the one of this backup: {at.topic}/{at.partition} has {ends[at]} records, and {offset} were "
                "handled by then. Bring back its data, or delete all topics of the installation and make them again empty"
            )
    return True


async def nobody_consumes(where: Installation) -> None:
    """Raises Refused while a service is in one of its groups."""
    found = await describe(where, list(await committed(where)))
    busy = [group for group, described in found.items() if described.state not in WITHOUT_MEMBERS]
    if busy:
        raise Refused(f"services are running (group {busy[0]} has members): stop all of them first")


async def put_back(where: Installation, offsets: Offsets) -> None:
    """Commit the offsets of the backup for every group. What a group has read only since then, it reads from the start."""
    positions = {
        group: {at: OffsetAndMetadata(0, "") for at in since}
        for group, since in (await committed(where)).items()
    }
    for group, at, offset in _each(where, offsets):
        positions.setdefault(group, {})[at] = OffsetAndMetadata(offset, "")
    for group, wanted in positions.items():
        if not wanted:
            continue
        consumer = AIOKafkaConsumer(**where.broker, group_id=where.prefix + group, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(list(wanted))
            await consumer.commit(wanted)
        finally:
            await consumer.stop()


def _each(where: Installation, offsets: Offsets) -> Iterator[tuple[str, TopicPartition, int]]:
    for group, topics in offsets.items():
        for topic, partitions in topics.items():
            for partition, offset in partitions.items():
                yield group, TopicPartition(where.prefix + topic, int(partition)), offset


async def _ends(where: Installation, wanted: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """The end of each partition, 0 for one that is not there."""
    admin = AIOKafkaAdminClient(**where.broker)
    await admin.start()
    try:
        topics = set(await admin.list_topics())
    finally:
        await admin.close()
    there = [at for at in wanted if at.topic in topics]
    found: dict[TopicPartition, int] = dict.fromkeys(wanted, 0)
    if there:
        consumer = AIOKafkaConsumer(**where.broker, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(there)
            found |= await consumer.end_offsets(there)
        finally:
            await consumer.stop()
    return found
