"""Metrics: the instruments of the runtime, and how a service declares its own.

Names, units and attributes follow OpenTelemetry's semantic conventions where these have one, and begin with `anchorage.`
elsewhere. An instrument states its attributes once and is given their values in that order. `docs/metrics.md` lists all
instruments; `make metrics` writes it from `INSTRUMENTS`.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

_meter = metrics.get_meter("anchorage")
_SUFFIXES = {"s": "_seconds"}
_NONE: Mapping[str, str] = MappingProxyType({})

INSTRUMENTS: dict[str, Instrument] = {}
"""Every instrument that this process has, by name."""


class Instrument:
    """What is measured. `unit` is `s`, or what is counted in braces; `fixed` are attributes with one value."""

    kind = ""

    def __init__(
        self,
        name: str,
        unit: str,
        description: str,
        attributes: Sequence[str] = (),
        *,
        fixed: Mapping[str, str] = _NONE,
    ) -> None:
        """Raises ValueError if another instrument has this name."""
        if name in INSTRUMENTS:
            raise ValueError(f"there is an instrument {name} already")
        INSTRUMENTS[name] = self
        self.name = name
        self.unit = unit
        self.description = description
        self.attributes = tuple(attributes)
        self.fixed = fixed

    @property
    def prometheus_name(self) -> str:
        """Its name on the page of metrics; a histogram's series add `_bucket`, `_count` and `_sum`."""
        return self.name.replace(".", "_") + _SUFFIXES.get(self.unit, "")

    def _named(self, values: Sequence[str | int | None]) -> dict[str, str | int]:
        """The values under the attributes' names; None leaves an attribute out."""
        given = zip(self.attributes, values, strict=True)
        return {**self.fixed, **{attribute: value for attribute, value in given if value is not None}}


class Counter(Instrument):
    """Only grows. It is kept in a dictionary and read when metrics are collected: adding to the SDK's own counter costs too much
    for every call."""

    kind = "counter"

    def __init__(
        self,
        name: str,
        unit: str,
        description: str,
        attributes: Sequence[str] = (),
        *,
        fixed: Mapping[str, str] = _NONE,
    ) -> None:
        super().__init__(name, unit, description, attributes, fixed=fixed)
        self._counts: Counts[tuple[str, ...]] = Counts()
        _meter.create_observable_counter(name, [self._observe], unit=unit, description=description)

    @property
    def prometheus_name(self) -> str:
        return super().prometheus_name + "_total"

    def add(self, count: int, *values: str) -> None:
        """Add `count` under these values of its attributes."""
        self._counts[values] += count

    def _observe(self, _: CallbackOptions) -> list[Observation]:
        counted = list(self._counts.items())  # a copy: an exporter reads in another thread
        return [Observation(count, self._named(values)) for values, count in counted]


class Gauge(Instrument):
    """A value of this moment."""

    kind = "gauge"

    def __init__(self, name: str, unit: str, description: str, attributes: Sequence[str] = ()) -> None:
        super().__init__(name, unit, description, attributes)
        self._gauge = _meter.create_gauge(name, unit=unit, description=description)

    def set(self, value: float, *values: str) -> None:
        """It is `value` now, under these values of its attributes."""
        self._gauge.set(value, self._named(values))


class Histogram(Instrument):
    """How often which values occur, up to each of `bounds`."""

    kind = "histogram"

    def __init__(
        self,
        name: str,
        unit: str,
        description: str,
        attributes: Sequence[str] = (),
        *,
        bounds: Sequence[float],
        fixed: Mapping[str, str] = _NONE,
    ) -> None:
        super().__init__(name, unit, description, attributes, fixed=fixed)
        self._histogram = _meter.create_histogram(
            name, unit=unit, description=description, explicit_bucket_boundaries_advisory=bounds
        )

    def record(self, value: float, *values: str | int | None) -> None:
        """Count `value` under these values of its attributes; None leaves an attribute out. A time below 0 is that of clocks
        that differ, and counts as 0."""
        self._histogram.record(max(0, value), self._named(values))


GROUP = "messaging.consumer.group.name"
EVENT = "anchorage.event"
OTHER = "other"
"""The event's name where a record's type is not one of ours: what a record claims to be is no label."""
KAFKA = {"messaging.system": "kafka"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The bounds that the semantic conventions advise for durations."""
DELAYS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)

http_duration = Histogram(
    "http.server.request.duration", "s",
    "from a request's head to the end of its answer; 499 is a caller that left; without a route: no call has this path",
    ("http.request.method", "http.route", "http.response.status_code", "error.type"),
    bounds=SECONDS, fixed={"url.scheme": "http"},
)  # fmt: skip
messages_consumed = Counter(
    "messaging.client.consumed.messages", "{message}",
    "records by outcome: done, dead_letter, or ignored (of a type that the group does not take)",
    (GROUP, EVENT, "anchorage.outcome"),
    fixed={**KAFKA, "messaging.operation.name": "process"},
)  # fmt: skip
messages_sent = Counter(
    "messaging.client.sent.messages", "{message}",
    "records that Kafka acknowledged, repeats included; `anchorage.event` is the event's name, and `other` where it is not ours",
    ("messaging.destination.name", EVENT),
    fixed={**KAFKA, "messaging.operation.name": "send"},
)  # fmt: skip
consumer_lag = Gauge("anchorage.consumer.lag", "{message}", "records not yet handled", (GROUP,))
consumer_parked = Gauge(
    "anchorage.consumer.parked", "{message}", "records retried next to the stream", (GROUP,)
)
consumer_oldest = Gauge(
    "anchorage.consumer.oldest", "s", "for how long the oldest record in progress is unhandled", (GROUP,)
)
consumer_delay = Histogram(
    "anchorage.consumer.delay", "s", "from recording the oldest event of a batch until the batch is handled", (GROUP,),
    bounds=DELAYS,
)  # fmt: skip
facts_mismatched = Counter(
    "anchorage.facts.mismatched",
    "{message}",
    "events that contradict the consumer's own record",
    (GROUP, EVENT),
)
relay_delay = Histogram(
    "anchorage.relay.delay", "s", "from recording the oldest event of a batch to the broker's acknowledgement",
    bounds=DELAYS,
)  # fmt: skip
relay_set_aside = Gauge(
    "anchorage.relay.set_aside", "{aggregate}", "aggregates with an event that can never be published"
)
relay_oldest_unpublished = Gauge(
    "anchorage.relay.oldest_unpublished",
    "s",
    "age of the oldest event that the relay is trying to publish, 0 at rest",
)
relay_idle = Gauge(
    "anchorage.relay.idle", "s", "since the relay last read its stream or saw another replica lead"
)
batch_size = Histogram(
    "anchorage.batch.size",
    "{item}",
    "items that were written as one batch",
    ("anchorage.batch",),
    bounds=SIZES,
)
stalled = Gauge(
    "anchorage.stalled",
    "{item}",
    "what has not moved for its time although it was asked again",
    ("anchorage.kind",),
)
calls_refused = Counter(
    "anchorage.calls.refused",
    "{call}",
    "calls refused because too many were in progress",
    ("anchorage.gate",),
)
calls_over_limit = Counter(
    "anchorage.calls.over_limit",
    "{call}",
    "calls refused above the caller's rate limit",
    ("anchorage.limit",),
)
limits_unleased = Counter(
    "anchorage.limits.unleased", "{slice}", "slices of rate limits taken without identity, which was away",
    ("anchorage.limit",),
)  # fmt: skip
background_failures = Counter(
    "anchorage.background.failures", "{failure}", "failures of background tasks, which are then restarted",
    ("anchorage.task",),
)  # fmt: skip
events_lost = Counter(
    "anchorage.events.lost",
    "{message}",
    "best-effort events that Kafka did not accept",
    (EVENT, "anchorage.reason"),
)
