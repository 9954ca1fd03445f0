"""What a service subscribes to, and what its handler receives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord

from contracts.envelope import Envelope
from contracts.event import Event
from contracts.topics import Topic


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it was delivered. `traceparent` is that of this consumer's own span."""

    event: Any
    envelope: Envelope
    raw: ConsumerRecord
    traceparent: str | None = None


BatchHandler = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Handles deliveries in order; idempotent, because each of them may be delivered again."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which events a service takes, and its handler. `name` is the last part of the consumer group's id.

    `bulk_fetch` is for effects that nobody waits for: records are fetched a few times a second, in larger batches.
    `linger` names the events that others soon follow: they wait a moment, to be handled in one batch with those (ADR 2).
    """

    name: str
    events: tuple[type[Event], ...]
    handle: BatchHandler
    max_records: int = 200
    bulk_fetch: bool = False
    linger: tuple[type[Event], ...] = ()

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics of the events, each once."""
        return tuple({event.topic.name: event.topic for event in self.events}.values())
