"""Logs and consumer groups, as Kafka promises them and no more.

A log keeps the order of its records. A group of members reads each partition from the last committed offset: at least once,
in order, again from an older offset after a rebalance or a rewind. A relay is a group too: it reads a service's outbox, and its
handler appends to the topics.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from contracts.topics import Topic
from simulation.process import Process
from support.in_memory_store import Entry

Handler = Callable[[Sequence[Entry]], Awaitable[None]]

PARTITIONS = 2
DELAYS = (0.0, 0.0, 0.02, 0.2, 1.5)
"""Seconds between a record and its delivery, within which others may follow it into the same batch."""


@dataclass(eq=False, slots=True)
class Partition:
    """Records in order. Others share `records` to append to it."""

    name: str
    records: list[Entry]


class Group:
    """The members of a consumer group. Each partition has one reader, but one that was moved away may still be at work."""

    def __init__(self, name: str, partitions: Sequence[Partition], random: Random) -> None:
        self.name = name
        self.partitions = partitions
        self.committed = dict.fromkeys((p.name for p in partitions), 0)
        self._read_to: dict[str, int] = {}
        self._generation = 0
        self._members: dict[Process, asyncio.Event] = {}
        self._assigned: dict[Process, Sequence[Partition]] = {}
        self._random = random

    @property
    def lag(self) -> int:
        """Records that are not committed."""
        return sum(len(p.records) - self.committed[p.name] for p in self.partitions)

    def wake(self) -> None:
        """Wake the members that have something to read."""
        for process, event in self._members.items():
            if not event.is_set() and self._ready(process):
                event.set()

    def join(self, process: Process) -> None:
        self._members[process] = asyncio.Event()
        self._rebalance()

    def leave(self, process: Process) -> None:
        """It is taken for dead; if it is not, its consumer joins again once it can."""
        woken = self._members.pop(process, None)
        if woken is not None:
            woken.set()
            self._rebalance()

    def rewind(self) -> None:
        """Read from an older offset once more: what a reset or an unclean election of the coordinator does."""
        for name, offset in self.committed.items():
            self.committed[name] = self._random.randint(0, offset)
        self._rebalance()

    def _rebalance(self) -> None:
        self._generation += 1
        self._read_to = dict(self.committed)
        count = len(self._members)
        self._assigned = {member: self.partitions[n::count] for n, member in enumerate(self._members)}
        if self.lag:
            self.wake()

    async def consume(self, process: Process, handle: Handler, accepted: tuple[type, ...]) -> None:
        """Read, handle and commit for as long as `process` lives. A member that was thrown out joins again."""
        self.join(process)
        while True:
            if process not in self._members:
                self.join(process)
            ready = self._ready(process)
            if not ready:
                self._members[process].clear()
                await self._members[process].wait()
                continue
            if delay := self._random.choice(DELAYS):
                await asyncio.sleep(delay)
            await self._one_batch(process, self._random.choice(ready), handle, accepted)

    async def _one_batch(
        self,
        process: Process,
        partition: Partition,
        handle: Handler,
        accepted: tuple[type, ...],
    ) -> None:
        generation, begin = self._generation, self._read_to[partition.name]
        if partition not in self._assigned.get(process, ()):
            return
        end = min(len(partition.records), begin + self._random.choice((1, 2, 8)))
        self._read_to[partition.name] = end
        batch = [entry for entry in partition.records[begin:end] if isinstance(entry.event, accepted)]
        if batch:
            await self._handle(process, batch, handle, lambda: self._commit(generation, partition, end))
        else:
            self._commit(generation, partition, end)

    async def _handle(
        self, process: Process, batch: Sequence[Entry], handle: Handler, commit: Callable[[], None]
    ) -> None:
        await handle(batch)
        await process.step(f"commits {self.name}")
        commit()

    def _commit(self, generation: int, partition: Partition, offset: int) -> None:
        """A member that was thrown out cannot commit."""
        if generation == self._generation:
            self.committed[partition.name] = offset

    def _ready(self, process: Process) -> list[Partition]:
        return [p for p in self._assigned.get(process, ()) if self._read_to[p.name] < len(p.records)]


class Broker:
    """The topics, and the groups that read them."""

    def __init__(self, random: Random, group: type[Group] = Group) -> None:
        self._group = group
        self.topics: dict[str, list[Partition]] = defaultdict(list)
        self.groups: dict[str, Group] = {}
        self._random = random
        self._readers: dict[str, list[Group]] = defaultdict(list)

    def group(self, name: str, topics: Iterable[Topic]) -> Group:
        """The group of this name over all partitions of the topics."""
        if name not in self.groups:
            names = [topic.name for topic in topics]
            partitions = [p for topic in names for p in self._partitions(topic)]
            self.groups[name] = self._group(name, partitions, self._random)
            for topic in names:
                self._readers[topic].append(self.groups[name])
        return self.groups[name]

    def append(self, entries: Iterable[Entry]) -> None:
        """Publish events."""
        readers: dict[Group, None] = {}
        for entry in entries:
            topic, key = entry.event.topic.name, entry.event.key
            self._partitions(topic)[zlib.crc32(key.encode()) % PARTITIONS].records.append(entry)
            readers |= dict.fromkeys(self._readers[topic])
        for group in readers:
            group.wake()

    def records(self, topic: Topic) -> list[Entry]:
        """All records of a topic, in order for each key."""
        return [entry for partition in self._partitions(topic.name) for entry in partition.records]

    def all_records(self) -> Iterator[Entry]:
        """The records of all topics."""
        for partitions in self.topics.values():
            for partition in partitions:
                yield from partition.records

    def _partitions(self, topic: str) -> list[Partition]:
        if topic not in self.topics:
            self.topics[topic] = [Partition(f"{topic}-{n}", []) for n in range(PARTITIONS)]
        return self.topics[topic]
