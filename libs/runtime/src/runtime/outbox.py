"""State and the events that tell of it become durable in one single-document write.

A writer puts the final bytes of its events into the aggregate's own `outbox` field, in the same update that changes the
state; `relay` carries them to Kafka. An event's id and time are fixed here, once, and are the same on every repeat.
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
from runtime.mongo import Document
from runtime.publisher import Record

FIELD = "outbox"
DIGITS = 8
"""Of the version that begins a slot's name, so that slots sort as they were recorded."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A durable change of one aggregate with the entries that it added, in order. `before` is the version that it
    followed, 0 for a new aggregate."""

    aggregate: str
    before: int
    version: int
    entries: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Makes outbox entries of events."""

    clock: Clock
    new_id: NewId
    durable: Callable[[Recorded], None] = lambda recorded: None
    """Told of what this process wrote, so that it need not be read back before it is published."""

    def slots(self, version: int, events: Sequence[Event], traceparent: str | None = None) -> Document:
        """`events` of the change that led to `version`, as slots of an outbox: for a new document, and to replace the
        outbox of an aggregate whose events carry all of it, so that only the last one matters."""
        traceparent = traceparent or telemetry.traceparent_of()
        return {
            f"{version:0{DIGITS}d}_{n:03d}": self._entry(event, traceparent) for n, event in enumerate(events)
        }

    def updates(self, version: int, events: Sequence[Event], traceparent: str | None = None) -> Document:
        """The same as fields for `$set`, which leave the earlier entries where they are."""
        return {f"{FIELD}.{slot}": entry for slot, entry in self.slots(version, events, traceparent).items()}

    def written(self, aggregate: str, fields: Document, *, before: int) -> None:
        """This write of the aggregate (its new document, or the fields of a `$set`, `version` among them) has been
        acknowledged; it followed version `before`, 0 when it is new. Telling so is a matter of speed alone: what is not
        told is published when the relay reads the change."""
        slots = slots_in(fields)
        entries = tuple(slots[name] for name in sorted(slots))
        self.durable(Recorded(aggregate, before, fields["version"], entries))

    def _entry(self, event: Event, traceparent: str | None) -> Document:
        return {
            "id": self.new_id(),
            "type": event.type_name(),
            "topic": event.topic.name,
            "source": source_of(event.topic.producer),
            "key": event.key,
            "value": event.model_dump_json(exclude_none=True),
            "time": self.clock(),
            "traceparent": traceparent,
        }


def slots_in(fields: Document) -> Document:
    """The outbox slots among the fields of a document or of an update."""
    slots: Document = dict(fields.get(FIELD, {}))
    for path, entry in fields.items():
        if path.startswith(f"{FIELD}."):
            slots[path.removeprefix(f"{FIELD}.")] = entry
    return slots


def version_of(slot: str) -> int:
    """The version of its aggregate that a slot belongs to."""
    return int(slot[:DIGITS])


def record_of(entry: Document, prefix: str) -> Record:
    """The Kafka record of an outbox entry."""
    envelope = Envelope(
        id=entry["id"], type=entry["type"], source=entry["source"], time=entry["time"], subject=entry["key"],
        traceparent=entry["traceparent"],
    )  # fmt: skip
    return Record(
        prefix + entry["topic"], entry["key"].encode(), entry["value"].encode(), tuple(envelope.headers())
    )


def direct_record(event: Event, *, event_id: str, at: datetime, prefix: str) -> Record:
    """The Kafka record of an event that has no aggregate: engagement, coalesced levels."""
    envelope = Envelope(
        id=event_id, type=event.type_name(), source=source_of(event.topic.producer), time=at, subject=event.key,
        traceparent=telemetry.traceparent_of(),
    )  # fmt: skip
    value = event.model_dump_json(exclude_none=True).encode()
    return Record(prefix + event.topic.name, event.key.encode(), value, tuple(envelope.headers()))
