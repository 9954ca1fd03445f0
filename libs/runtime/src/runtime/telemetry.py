"""Traces and metrics by OpenTelemetry: W3C Trace Context in and out, OTLP when an endpoint is set, silent when not.

All span, attribute and metric names of the platform live in this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
from opentelemetry import context as otel_context
from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
_propagator = TraceContextTextMapPropagator()
tracer = trace.get_tracer("anchorage")
_meter = metrics.get_meter("anchorage")

http_duration = _meter.create_histogram(
    "http.server.request.duration", unit="s", description="requests by method, route and status",
    explicit_bucket_boundaries_advisory=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
)  # fmt: skip
records_consumed = _meter.create_counter(
    "anchorage.records.consumed", description="records by subscription, event type and outcome"
)
records_published = _meter.create_counter("anchorage.records.published", description="records by topic")
consumer_lag = _meter.create_gauge(
    "anchorage.consumer.lag", description="records not yet taken, by subscription"
)
relay_delay = _meter.create_histogram(
    "anchorage.relay.delay", unit="s", description="from the recording of an event to the broker's answer"
)
events_lost = _meter.create_counter(
    "anchorage.events.lost", description="best-effort events that Kafka did not take"
)


class SpanFile(SpanExporter):
    """Appends finished spans to a file as JSON lines, for `anchorage trace` where there is no collector."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._file.write(b"".join(orjson.dumps(_as_line(span)) + b"\n" for span in spans))
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()


def _as_line(span: ReadableSpan) -> dict[str, object]:
    own = span.get_span_context()
    return {
        "trace_id": f"{own.trace_id:032x}" if own else None,
        "span_id": f"{own.span_id:016x}" if own else None,
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "service": span.resource.attributes["service.name"],
        "name": span.name,
        "kind": span.kind.name,
        "start_ns": span.start_time,
        "end_ns": span.end_time,
        "status": span.status.status_code.name,
        "attributes": dict(span.attributes or {}),
    }


def configure_telemetry(service: str, *, ratio: float, trace_dir: Path | None) -> None:
    """Set up the process's tracer and meter. Call once; OTLP is on when OTEL_EXPORTER_OTLP_ENDPOINT is set."""
    resource = Resource.create({"service.name": service})
    provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(ratio)))
    readers: list[MetricReader] = [PrometheusMetricReader()]
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
    if trace_dir is not None:
        exporter = SpanFile(trace_dir / f"{service}.jsonl")
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=readers))


def shutdown_telemetry() -> None:
    """Flush and end the exporters."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


def traceparent_of(span: Span | None = None) -> str | None:
    """The W3C header of `span`, or of the current one; None outside a trace."""
    context = (span or trace.get_current_span()).get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def trace_id() -> str | None:
    """The current trace's id as 32 hexadecimal digits; None outside a trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def context_from(headers: Mapping[str, str]) -> otel_context.Context:
    """The trace context that a caller or producer sent; an empty one when there is none."""
    return _propagator.extract(headers) if TRACEPARENT in headers else otel_context.Context()


def start_span(name: str, kind: SpanKind, headers: Mapping[str, str], **attributes: str | int) -> Span:
    """A span that continues the trace in `headers`; the caller ends it."""
    return tracer.start_span(name, context=context_from(headers), kind=kind, attributes=attributes or None)


@contextmanager
def span_as_current(span: Span) -> Iterator[Span]:
    """Make `span` the parent of what happens inside, and end it."""
    with trace.use_span(span, end_on_exit=True):
        yield span
