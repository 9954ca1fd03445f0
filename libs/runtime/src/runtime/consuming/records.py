"""From a Kafka record to a checked event, and the spans of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from aiokafka import ConsumerRecord
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from contracts.envelope import BadEnvelope, Envelope, source_of
from contracts.event import TYPE_PREFIX, Event
from runtime import telemetry
from runtime.consuming.subscription import Delivery


def headers_of(raw: ConsumerRecord) -> dict[str, str]:
    """The headers as text: null becomes empty, and bytes that are not UTF-8 are replaced, so this never fails."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in raw.headers}


def read_event(raw: ConsumerRecord, accepted: Mapping[str, type[Event]]) -> Delivery | None:
    """The event in a record; None for an event of the platform whose type is not among `accepted`.

    Raises BadEnvelope for headers that are not a CloudEvent's, for a producer that does not own the type and for a topic
    that is not the type's own, and pydantic.ValidationError for a body that does not fit its type.
    """
    envelope = Envelope.of(headers_of(raw))
    event_type = accepted.get(envelope.type)
    if event_type is None:
        if envelope.type.startswith(TYPE_PREFIX):
            return None
        raise BadEnvelope("ce_type is not one of this platform's events")
    if not raw.topic.endswith(event_type.topic.name):
        raise BadEnvelope(f"{envelope.type} belongs on topic {event_type.topic.name}, not on {raw.topic}")
    event = event_type.model_validate_json(raw.value or b"", strict=True)
    expected = source_of(event.producer)
    if envelope.source != expected:
        raise BadEnvelope(f"ce_source is another than {expected!r}, the only one of {envelope.type}")
    return Delivery(event, envelope, raw)


@contextmanager
def consumer_spans(deliveries: Sequence[Delivery], group: str) -> Iterator[list[Delivery]]:
    """One open consumer span for each record, also in a batch, each a child of its producer's span."""
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
    except Exception as error:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        for span in spans:
            span.end()
