"""The page of all metrics, made from the instruments in code: `python -m support.metrics_page` writes docs/metrics.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from runtime.metrics import INSTRUMENTS, Histogram, Instrument

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "metrics.md"
DECLARES = re.compile(r"^from runtime\.metrics import .*(?:Counter|Gauge|Histogram)", re.MULTILINE)
"""What a module needs to declare an instrument."""
HEAD = """# Metrics

`make metrics` writes this page from the instruments in code. Names, units and attributes follow OpenTelemetry's [semantic
conventions](https://opentelemetry.io/docs/specs/semconv/) where these have one; what begins with `anchorage.` is ours.

Each process serves them at `/metrics` in Prometheus' text format, on a port of its own (`ANCHORAGE_METRICS_PORT`), and sends them by OTLP
to `OTEL_EXPORTER_OTLP_ENDPOINT` if that is set. In Prometheus a dot becomes an underscore, also in attributes, and a histogram has the series
`_bucket`, `_count` and `_sum`. The page of a process also has Python's own `process_*` and `python_*`.

| metric | in Prometheus | kind | unit | attributes | meaning |
|---|---|---|---|---|---|
"""


def instruments() -> list[Instrument]:
    """Those of the runtime and of every service, by name."""
    for module in _declaring():
        import_module(module)
    return [INSTRUMENTS[name] for name in sorted(INSTRUMENTS)]


def page() -> str:
    """The whole page."""
    return HEAD + "".join(map(_row, instruments()))


def series() -> dict[str, set[str]]:
    """The name of each series in Prometheus, with its labels."""
    found: dict[str, set[str]] = {}
    for one in instruments():
        labels = {name.replace(".", "_") for name in (*one.attributes, *one.fixed)}
        if isinstance(one, Histogram):
            found[f"{one.prometheus_name}_bucket"] = labels | {"le"}
            found |= {f"{one.prometheus_name}_{part}": labels for part in ("count", "sum")}
        else:
            found[one.prometheus_name] = labels
    return found


def _row(one: Instrument) -> str:
    attributes = [f"`{name}`" for name in one.attributes]
    attributes += [f"`{name}` = {value}" for name, value in one.fixed.items()]
    cells = (
        f"`{one.name}`",
        f"`{one.prometheus_name}`",
        one.kind,
        f"`{one.unit}`",
        ", ".join(attributes),
        one.description,
    )
    return f"| {' | '.join(cells)} |\n"


def _declaring() -> Iterator[str]:
    for file in sorted(ROOT.glob("services/*/src/**/*.py")):
        if DECLARES.search(file.read_text(encoding="utf-8")):
            source = next(parent for parent in file.parents if parent.name == "src")
            yield ".".join(file.relative_to(source).with_suffix("").parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
