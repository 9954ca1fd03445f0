"""A domain for tests: a note is taken."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from contracts.envelope import Envelope, source_of
from contracts.event import Event, Identifier, Text
from contracts.topics import Topic
from runtime.clock import system_clock
from runtime.ids import random_id

PRODUCER = "notebook"


def fresh_topic(partitions: int = 1, *, compacted: bool = False) -> Topic:
    """A topic that no other test has."""
    return Topic(f"notes-{secrets.token_hex(4)}", "note_id", PRODUCER, partitions, compacted=compacted)


def noted_on(topic_: Topic, name: str = "Noted") -> type[Any]:
    """The event of that topic. It is of no published contract, so the catalogue of events stays as it is."""

    class Noted(Event):
        """A note was taken."""

        topic: ClassVar[Topic] = topic_
        note_id: Identifier
        text: Text = ""

    Noted.__name__ = name
    return Noted


def envelope_of(event: Event, **changes: Any) -> Envelope:
    """A good envelope for the event, but for the changes."""
    attributes = {
        "id": random_id(), "type": event.type_name(), "source": source_of(PRODUCER), "time": system_clock(),
        "subject": event.key,
    } | changes  # fmt: skip
    return Envelope(**attributes)


def value_bytes(event: Event) -> bytes:
    """The event as it travels."""
    return event.model_dump_json(exclude_none=True).encode()
