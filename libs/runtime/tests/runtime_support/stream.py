"""A test's own topic on the real broker: to publish anything to it, and to consume it as a service does."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.event import Event
from contracts.topics import Topic
from runtime.clock import system_clock
from runtime.consuming.consumer import Consumers
from runtime.consuming.records import headers_of
from runtime.consuming.subscription import Delivery, Subscription
from runtime.kafka.publisher import Publisher, Record
from runtime.kafka.topics import ensure_topics
from runtime.settings import ServiceSettings
from runtime_support.notes import envelope_of, fresh_topic, noted_on, value_bytes
from support.events import records_of
from support.eventually import Eventually

Handle = Callable[[Sequence[Delivery]], Awaitable[None]]
Headers = Sequence[tuple[str, bytes | None]]


@dataclass
class Stream:
    """A topic, its event class `Noted`, and a publisher."""

    kafka: str
    prefix: str
    topic: Topic
    publisher: Publisher
    eventually: Eventually
    Noted: type[Any]
    service: str = field(default_factory=lambda: "reader" + secrets.token_hex(3))

    @classmethod
    @asynccontextmanager
    async def fresh(
        cls, kafka: str, prefix: str, eventually: Eventually, partitions: int = 1
    ) -> AsyncIterator[Stream]:
        topic = fresh_topic(partitions)
        await ensure_topics(kafka, prefix, [topic])
        publisher = Publisher(kafka)
        try:
            yield cls(kafka, prefix, topic, publisher, eventually, noted_on(topic))
        finally:
            await publisher.stop()

    @property
    def name(self) -> str:
        """The topic's full name on the broker."""
        return self.prefix + self.topic.name

    def note(self, text: str = "", note_id: str = "n1", version: int = 1) -> Event:
        """A note; its text may be longer than its contract allows."""
        event: Event = self.Noted(version=version, note_id=note_id, text="")
        return event.model_copy(update={"text": text})

    def record(self, event: Event, headers: Headers = (), **envelope: Any) -> Record:
        """The event's record, with more headers and another envelope where asked."""
        good = tuple(envelope_of(event, **envelope).headers())
        return Record(self.name, event.key.encode(), value_bytes(event), (*good, *headers))  # type: ignore[arg-type]

    async def tell(self, *texts: str) -> None:
        """Publish notes with these texts under one key."""
        await self.publisher.publish([self.record(self.note(text)) for text in texts])

    def settings(self, **changes: Any) -> ServiceSettings:
        return ServiceSettings(kafka=self.kafka, prefix=self.prefix, **changes)

    @asynccontextmanager
    async def taking(
        self, handle: Handle, *, max_records: int = 200, **settings: Any
    ) -> AsyncIterator[Consumers]:
        """A replica of the reading service, as long as inside."""
        consumers = Consumers(
            self.service,
            self.settings(**settings),
            [Subscription("notes", (self.Noted,), handle, max_records)],
            self.publisher,
            system_clock,
        )
        await consumers.start()
        try:
            yield consumers
        finally:
            await consumers.stop()

    async def dead_letters(self) -> list[ConsumerRecord]:
        return await records_of(self.kafka, self.name + ".dlq")

    async def reasons(self) -> list[str]:
        return [headers_of(letter)["dlq_reason"] for letter in await self.dead_letters()]

    async def committed(self) -> dict[int, int]:
        """What the reading service's group has done, by partition."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        try:
            group = self.settings().group(self.service, "notes")
            offsets = await admin.list_consumer_group_offsets(group)
            return {
                p.partition: o.offset
                for p, o in offsets.items()
                if isinstance(p, TopicPartition) and p.topic == self.name
            }
        finally:
            await admin.close()


class Reader:
    """A handler that records what it received and what it finished."""

    def __init__(self, act: Callable[[Delivery], Awaitable[None]] | None = None) -> None:
        self.batches: list[list[str]] = []
        self.done: list[str] = []
        self._act = act

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        texts = [d.event.text for d in deliveries]
        self.batches.append(texts)
        if self._act is not None:
            for delivery in deliveries:
                await self._act(delivery)
        self.done += texts
