"""Something that an owner is told, with the bytes that tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=30)
"""Events that are older are not told any more."""


@dataclass(frozen=True, slots=True)
class OwnerEvent:
    """An event with the body that every delivery, retry and replay sends.

    `event_id` follows from the record that it was made of, so the same record never makes two. `order_id` names the order whose
    events are delivered in order. `mini_program_id` is empty for what belongs to no single one. `recorded_at` is when the platform heard
    of it: a payment's `timestamp` is the provider's, in whole seconds.
    """

    event_id: str
    owner_id: str
    mini_program_id: str
    type: str
    timestamp: datetime
    body: bytes
    recorded_at: datetime
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event at its place among its owner's events."""

    event: OwnerEvent
    sequence: int
