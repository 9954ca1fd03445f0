"""An aggregate's state and the events about it become durable in one single-document write.

The final bytes of the events go into the aggregate's own `outbox` field, in the same update that changes the state;
`relay` publishes them. An event's id and time are fixed here, once, and are the same on every repeat (ADR 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import Envelope, source_of
from contracts.event import Event
from runtime import telemetry
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.kafka.publisher import Record
from runtime.mongo.client import Document

OUTBOX_FIELD = "outbox"
DIGITS = 8
"""How many digits of the version start a slot's name, so that slots sort in the order in which they were recorded."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A durable change of one aggregate with the entries it added, in order.

    `aggregate` is its collection and its id, as the ids of two collections may be equal. `before` is the version that the
    change followed, 0 for a new aggregate.
    """

    aggregate: tuple[str, str]
    before: int
    version: int
    entries: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Turns events into outbox entries."""

    clock: Clock
    new_id: NewId
    on_saved: Callable[[Recorded], None] = lambda recorded: None
    """Called with each write of this process that MongoDB acknowledged, so that it can be published without being read back."""
    service: str = "service"
    """The service that this process is a part of."""

    def slots(self, version: int, events: Sequence[Event], traceparent: str | None = None) -> Document:
        """A complete outbox with these events of the change that led to `version`.

        For new documents, and for aggregates that keep only their last change's events because each event carries the whole
        state.
        """
        traceparent = traceparent or telemetry.traceparent_of()
        return {
            f"{version:0{DIGITS}d}_{n:03d}": self._entry(event, traceparent) for n, event in enumerate(events)
        }

    def updates(self, version: int, events: Sequence[Event], traceparent: str | None = None) -> Document:
        """The same as fields for `$set`, which keep the earlier entries."""
        return {
            f"{OUTBOX_FIELD}.{slot}": entry
            for slot, entry in self.slots(version, events, traceparent).items()
        }

    def saved(self, collection: str, aggregate_id: str, fields: Document, *, before: int) -> None:
        """A write was acknowledged: `fields` is the new document or what was `$set`, `version` among them.

        An optimisation only: what is not reported here is published when the relay reads the change stream.
        """
        slots = slots_in(fields)
        entries = tuple(slots[name] for name in sorted(slots))
        self.on_saved(Recorded((collection, aggregate_id), before, fields["version"], entries))

    def _entry(self, event: Event, traceparent: str | None) -> Document:
        return {
            "id": self.new_id(),
            "type": event.type_name(),
            "topic": event.topic.name,
            "source": source_of(event.producer),
            "key": event.key,
            "value": event.model_dump_json(exclude_none=True),
            "time": self.clock(),
            "traceparent": traceparent,
        }


def slots_in(fields: Document) -> Document:
    """The outbox slots among the fields of a document or of an update."""
    slots: Document = dict(fields.get(OUTBOX_FIELD, {}))
    for path, entry in fields.items():
        if path.startswith(f"{OUTBOX_FIELD}."):
            slots[path.removeprefix(f"{OUTBOX_FIELD}.")] = entry
    return slots


def version_of(slot: str) -> int:
    """The aggregate's version that a slot belongs to."""
    return int(slot[:DIGITS])


def record_of(entry: Document, prefix: str, *, again: bool = False) -> Record:
    """The Kafka record of an outbox entry; `again` asks its consumers to announce their answer again."""
    envelope = Envelope(
        id=entry["id"], type=entry["type"], source=entry["source"], time=entry["time"], subject=entry["key"],
        traceparent=entry["traceparent"], again=again,
    )  # fmt: skip
    return Record(
        prefix + entry["topic"], entry["key"].encode(), entry["value"].encode(), tuple(envelope.headers())
    )


def direct_record(event: Event, *, event_id: str, at: datetime, prefix: str) -> Record:
    """The Kafka record of an event without an aggregate: engagement, coalesced stock levels."""
    envelope = Envelope(
        id=event_id, type=event.type_name(), source=source_of(event.producer), time=at, subject=event.key,
        traceparent=telemetry.traceparent_of(),
    )  # fmt: skip
    value = event.model_dump_json(exclude_none=True).encode()
    return Record(prefix + event.topic.name, event.key.encode(), value, tuple(envelope.headers()))
