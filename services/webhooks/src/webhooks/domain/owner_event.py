"""An event of an owner, with the bytes that are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=30)
"""Older events are not recorded any more."""


@dataclass(frozen=True, slots=True)
class OwnerEvent:
    """An event with the body that every delivery, retry and replay sends.

    `event_id` follows from the record that it was made of, so the same record never makes two. `order_id` names the order whose
    events are delivered in order. `mini_program_id` is empty for an event of no single mini program. `timestamp` is when it happened,
    for a payment by the provider's clock in whole seconds; `recorded_at` is when the platform recorded it.
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
