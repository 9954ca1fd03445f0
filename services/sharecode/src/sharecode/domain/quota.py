"""Limits on new codes, counted in windows that begin at the same time for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` new codes in each `window`, for each mini program or each sharer. `unit` names both for people."""

    name: str
    most: int
    window: timedelta
    unit: str

    def begins(self, now: datetime) -> datetime:
        """The beginning of the window that contains `now`: whole minutes and days of UTC."""
        return now - (now - EPOCH) % self.window

    def ends(self, now: datetime) -> datetime:
        """The end of that window, when counting starts again."""
        return self.begins(now) + self.window

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until that window ends, at least one: the value of `Retry-After`."""
        return max(1, -((now - self.ends(now)) // timedelta(seconds=1)))


def of_a_mini_program(most: int) -> Limit:
    """The limit on all codes of one mini program."""
    return Limit("minute", most, timedelta(minutes=1), "minute and mini program")


def of_a_sharer(most: int) -> Limit:
    """The limit on one sharer, so that one viewer cannot use up the mini program's."""
    return Limit("sharer-day", most, timedelta(days=1), "day and viewer")
