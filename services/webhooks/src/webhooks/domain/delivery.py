"""The delivery of one event to one webhook: its attempts, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webhooks.domain.owner_event import OwnerEvent

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pause after the first attempt, the second, and so on. The attempt after the last pause is the last one."""
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
JITTER = 0.2
"""A pause is up to this part longer, so that retries of one outage do not arrive at once."""
MAX_RETRY_AFTER = timedelta(days=1)
"""The longest pause that a receiver can ask for."""
GONE = 410
"""The status by which a receiver says that it wants no more events (Standard Webhooks, "response status codes")."""
KEPT_ATTEMPTS = 12
"""Attempts of a delivery that are kept, replays included."""
MIN_FAILURES = 10
FAILING_FOR = timedelta(days=5)
"""A webhook is disabled after this time without a success and with at least MIN_FAILURES."""


class Status(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a receiver. Without an HTTP answer `status` is None, and `error` says why. `answer` is the start of its body."""

    at: datetime
    milliseconds: int
    status: int | None = None
    answer: str = ""
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def says_gone(self) -> bool:
        """Whether the receiver wants no more events."""
        return self.status == GONE


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event for a webhook. `made` counts all attempts, of which `attempts` are the last; `due_at` is None while an earlier event
    of its order is pending, and after its end."""

    webhook_id: str
    event_id: str
    type: str
    sequence: int
    timestamp: datetime
    order_id: str | None
    status: Status
    made: int
    due_at: datetime | None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that is due, with its event. `tries` counts the attempts since it was queued or replayed."""

    event: OwnerEvent
    tries: int
    is_first_ever: bool


@dataclass(frozen=True, slots=True)
class Failing:
    """The failures of a webhook since its last success."""

    since: datetime | None = None
    failures: int = 0

    def is_hopeless(self, now: datetime) -> bool:
        """Whether it has failed for so long that it is not called any more."""
        return self.since is not None and self.failures >= MIN_FAILURES and now - self.since >= FAILING_FOR


def next_due(attempt: Attempt, tries: int, jitter: float) -> datetime | None:
    """When a delivery is due again after its failed attempt number `tries`; None if it is exhausted.

    `jitter` is from 0 to 1. A receiver's Retry-After can only lengthen the pause, to a day at most.
    """
    if tries >= MAX_ATTEMPTS:
        return None
    pause = RETRY_AFTER[tries - 1] * (1 + JITTER * jitter)
    wanted = min(attempt.retry_after or timedelta(), MAX_RETRY_AFTER)
    return attempt.at + max(pause, wanted)
