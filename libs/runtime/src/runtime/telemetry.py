"""Traces by OpenTelemetry (W3C Trace Context in and out), and where traces and metrics go: OTLP when an endpoint is set."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
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
    context = span.get_span_context()
    return {
        "trace_id": f"{context.trace_id:032x}" if context else None,
        "span_id": f"{context.span_id:016x}" if context else None,
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
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        if isinstance(provider, (TracerProvider, MeterProvider)):
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


def context_from(headers: Mapping[str, str | None]) -> otel_context.Context:
    """The trace context that a caller or producer sent; an empty one when there is none."""
    return _propagator.extract(headers) if TRACEPARENT in headers else otel_context.Context()


def start_span(name: str, kind: SpanKind, headers: Mapping[str, str | None], **attributes: str | int) -> Span:
    """A span that continues the trace in `headers`; the caller ends it.

    A trace that is not sampled is passed on unchanged: nothing of it is stored, so it needs no span.
    """
    context = context_from(headers)
    parent = trace.get_current_span(context)
    parent_context = parent.get_span_context()
    if parent_context.is_valid and not parent_context.trace_flags.sampled:
        return parent
    return tracer.start_span(name, context=context, kind=kind, attributes=attributes or None)


def span_as_current(span: Span) -> AbstractContextManager[Span]:
    """Make `span` the parent of what happens inside, and end it."""
    return trace.use_span(span, end_on_exit=True)
