"""Time is injected: nothing else in the project reads the system clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment as a time-zone-aware UTC datetime, in whole milliseconds as MongoDB stores them."""


def system_clock() -> datetime:
    """The machine's time, cut to milliseconds so that a stored value equals the one in memory."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
