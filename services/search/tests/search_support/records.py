"""Records as a consumer gets them, and a publisher that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from contracts.event import Event
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher, Record
from runtime.outbox.recorder import direct_record


def consumed(record: Record, offset: int, partition: int = 0) -> ConsumerRecord:
    """The record as it comes from Kafka."""
    return ConsumerRecord(
        record.topic, partition, offset, 0, 0, record.key, record.value, None, 0, 0, tuple(record.headers)
    )


def consumed_event(event: Event, offset: int, partition: int = 0) -> ConsumerRecord:
    """An event as it comes from Kafka."""
    record = direct_record(event, event_id=random_id(), at=system_clock(), prefix="")
    return consumed(record, offset, partition)


class KeepingPublisher(Publisher):
    """Keeps the records; raises KafkaError while `available` is False."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.available = True

    async def publish(self, records: Sequence[Record]) -> None:
        if not self.available:
            raise KafkaError("no broker")
        self.records += records
