"""How many new codes may be made: so many in a window of time, whose beginning is the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` new codes of one owner of the limit (a mini program, a sharer) in each `window`."""

    name: str
    most: int
    window: timedelta

    def begins(self, now: datetime) -> datetime:
        """When the window that `now` lies in began: minutes and days of UTC, never a sliding span."""
        return now - (now - EPOCH) % self.window

    def ends(self, now: datetime) -> datetime:
        """When it is over and the count begins again."""
        return self.begins(now) + self.window

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until then, at least one: what `Retry-After` says."""
        return max(1, -((now - self.ends(now)) // timedelta(seconds=1)))


def of_a_mini_program(most: int) -> Limit:
    """The limit of all codes of one mini program, by the minute."""
    return Limit("minute", most, timedelta(minutes=1))


def of_a_sharer(most: int) -> Limit:
    """The limit of one sharer, by the day: one viewer cannot use up what is everybody's."""
    return Limit("sharer-day", most, timedelta(days=1))
