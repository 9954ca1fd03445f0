"""The page of metrics is what the code has, and its names are those that Prometheus reads."""

from __future__ import annotations

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import CollectorRegistry, generate_latest

from runtime.metrics import Counter, Gauge, Histogram
from support.metrics_page import PAGE, instruments, page, series


def test_the_page_of_metrics_lists_the_instruments_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make metrics`"


def test_names_are_of_the_semantic_conventions_or_our_own() -> None:
    own_prefix, conventions = "anchorage.", ("http.", "messaging.", "db.")
    for one in instruments():
        assert one.name.startswith((own_prefix, *conventions)), one.name
        for attribute in one.attributes:
            assert attribute.startswith((own_prefix, *conventions, "error.")), (one.name, attribute)
        assert one.unit == "s" or one.unit.startswith("{"), one.name


def test_payments_own_metric_is_on_the_page() -> None:
    assert "anchorage.payment.notices" in {one.name for one in instruments()}


def test_prometheus_reads_the_names_and_labels_that_the_page_promises() -> None:
    registry = CollectorRegistry()
    provider = MeterProvider(
        metric_readers=[PrometheusMetricReader(registry=registry, scope_info_enabled=False)]
    )
    meter = provider.get_meter("test")
    for one in instruments():
        attributes = {**one.fixed, **dict.fromkeys(one.attributes, "x")}
        match one:
            case Counter():
                meter.create_counter(one.name, one.unit).add(1, attributes)
            case Gauge():
                meter.create_gauge(one.name, one.unit).set(1, attributes)
            case Histogram():
                meter.create_histogram(one.name, one.unit).record(1, attributes)
    seen = {}
    for line in generate_latest(registry).decode().splitlines():
        name, _, labels = line.partition("}")[0].partition("{")
        if not line.startswith("#") and name.split(" ")[0] != "target_info":
            seen[name.split(" ")[0]] = {label.partition("=")[0] for label in labels.split(",") if label}
    promised = series()
    assert {name: labels for name, labels in seen.items() if name in promised} == promised
    assert set(seen) == set(promised)
