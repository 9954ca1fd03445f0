"""What a consumer hands to a service: checked events with their origin, in the order of their partition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from contracts.envelope import BadEnvelope, Envelope, source_of
from contracts.event import TYPE_PREFIX, Event
from contracts.topics import Topic
from runtime import telemetry


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it was delivered. `traceparent` is that of this consumer's own span."""

    event: Any
    envelope: Envelope
    raw: ConsumerRecord
    traceparent: str | None = None


BatchHandler = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Takes deliveries in order; must bear seeing any of them again."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which events of which topics a service takes, and what it does with them. `name` ends the group's id.

    `gathered` is for effects that nobody waits for: records are taken a few times a second, in larger batches.
    `unhurried` are those of the events that others soon follow: alone, they wait a moment to be taken together with them.
    """

    name: str
    events: tuple[type[Event], ...]
    handle: BatchHandler
    max_records: int = 200
    gathered: bool = False
    unhurried: tuple[type[Event], ...] = ()

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics of the events, each once."""
        return tuple({event.topic.name: event.topic for event in self.events}.values())


def each(handlers: Mapping[type[Event], Callable[[Delivery], Awaitable[None]]]) -> BatchHandler:
    """A batch handler that gives one delivery after the other to the handler of its type."""

    async def handle(deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            await handlers[type(delivery.event)](delivery)

    return handle


def headers_of(raw: ConsumerRecord) -> dict[str, str]:
    """The headers as text: null becomes empty, bytes that are not UTF-8 are replaced, never an error."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in raw.headers}


def read(raw: ConsumerRecord, wanted: Mapping[str, type[Event]]) -> tuple[Envelope, Event] | None:
    """The event in a record, or None when it is one that this subscription does not take.

    Raises BadEnvelope for headers that are no CloudEvent, for a producer that does not own the type and for a topic that
    is not the type's own, and pydantic.ValidationError for a body that does not fit its type.
    """
    envelope = Envelope.of(headers_of(raw))
    event_type = wanted.get(envelope.type)
    if event_type is None:
        if envelope.type.startswith(TYPE_PREFIX):
            return None
        raise BadEnvelope(f"ce_type {envelope.type!r} is not one of this platform's events")
    expected = source_of(event_type.topic.producer)
    if envelope.source != expected:
        raise BadEnvelope(
            f"ce_source is {envelope.source!r}, but {envelope.type} comes from {expected!r} only"
        )
    if not raw.topic.endswith(event_type.topic.name):
        raise BadEnvelope(f"{envelope.type} belongs on topic {event_type.topic.name}, not on {raw.topic}")
    return envelope, event_type.model_validate_json(raw.value or b"")


@contextmanager
def spans_of(deliveries: Sequence[Delivery], group: str) -> Iterator[list[Delivery]]:
    """One consumer span for each record, also in a batch, each a child of its producer's; as long as inside."""
    spans = [
        telemetry.start_span(
            f"{type(d.event).__name__} process", SpanKind.CONSUMER, {telemetry.TRACEPARENT: d.envelope.traceparent},
            **{"messaging.system": "kafka", "messaging.destination.name": d.raw.topic, "messaging.consumer.group.name": group},
        )
        for d in deliveries
    ]  # fmt: skip
    traced = [
        Delivery(d.event, d.envelope, d.raw, telemetry.traceparent_of(span))
        for d, span in zip(deliveries, spans, strict=True)
    ]
    try:
        if len(spans) == 1:
            with trace.use_span(
                spans[0], end_on_exit=False, record_exception=False, set_status_on_exception=False
            ):
                yield traced
        else:
            yield traced
    except Exception as fault:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR, type(fault).__name__))
        raise
    finally:
        for span in spans:
            span.end()
