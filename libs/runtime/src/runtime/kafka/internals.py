"""Every place where we rely on private parts of FastStream and aiokafka.

ADR 2 lists each with its reason and the versions it was checked against; tests in `libs/runtime/tests/test_internals.py`
fail when an upgrade moves one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, ProducerClosed
from faststream.kafka import KafkaBroker

CLOSE_SECONDS = 3.0


def use_consumer_class(broker: KafkaBroker, consumer_class: Any) -> None:
    """Have the broker build its consumers from this class; call between `connect` and `start`. FastStream has no setting."""
    config: Any = broker.config.broker_config
    config.builder = partial(consumer_class, *config.builder.args, **config.builder.keywords)


def consumer_of(subscriber: Any) -> Any:
    """The client's consumer behind a FastStream subscriber; None before it starts."""
    return subscriber.consumer


def loop_is_alive(subscriber: Any) -> bool:
    """Whether the task that polls for this subscriber still runs: a dead one is invisible in FastStream's own health check."""
    return any(not task.done() for task in subscriber.tasks)


async def wait_for_batch(subscriber: Any, seconds: float) -> None:
    """Return when the subscriber's batch under way has ended, or after `seconds`."""
    await subscriber.lock.wait_release(seconds)


def slow_fetcher(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Have the fetcher check for lost assignments every `seconds`; aiokafka's 0.2 s is a constant."""
    consumer._fetcher._fetcher_timeout = seconds


def assignment_of(consumer: AIOKafkaConsumer) -> Any:
    """The group's current assignment, which knows the consumed offsets; None before the first."""
    subscription = consumer._subscription.subscription
    return subscription.assignment if subscription is not None else None


async def committed_offsets(consumer: AIOKafkaConsumer, partitions: Iterable[Any]) -> dict[Any, int]:
    """The committed offset of each partition, 0 for none, in one request; aiokafka's own call sends one for each partition."""
    offsets = await consumer._coordinator.fetch_committed_offsets(list(partitions))
    return {partition: max(0, offset.offset) for partition, offset in offsets.items()}


async def abandon(producer: Any) -> None:
    """Close a producer without sending what it still holds; aiokafka can only close after sending.

    The unsent records are published again by another producer. If this one sent them too, they would come out twice with
    other records of their key in between.
    """
    producer._closed = True
    with contextlib.suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.client.close()
            await producer._sender.close()
    held = producer._message_accumulator
    held._exception = ProducerClosed()
    held._pending_batches.update(batch for batches in held._batches.values() for batch in batches)
    for batch in [*held._pending_batches]:  # wakes the callers that wait for these
        batch.failure(ProducerClosed())
        if batch._drain_waiter.done():
            batch._drain_waiter.exception()
