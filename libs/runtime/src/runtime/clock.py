"""Time, passed in: nothing else in the project asks the machine what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime, in whole milliseconds as MongoDB keeps them."""


def system_clock() -> datetime:
    """The machine's time, cut to milliseconds so that what is stored equals what was said."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
