"""When the provider is queried about an open trade, a close or a refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

BETWEEN_REFUNDS = timedelta(seconds=3)
"""Alipay requires three seconds between two refunds of one trade."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Intervals that double from `first` (a lost notice) or `retry` (no certain answer) up to `longest`.

    `margin` is how long after its deadline an unused link counts as dead: it covers the difference between the provider's
    clock and ours. After such a close the provider is queried at doubling intervals until `watch` has passed, so the last query
    comes after about 34 hours: Alipay repeats a notice for about 25 hours, and by then reconciliation has the day's bill.
    """

    first: timedelta = timedelta(seconds=30)
    retry: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=10)
    margin: timedelta = timedelta(seconds=2)
    watch: timedelta = timedelta(hours=25)

    def first_poll(self, now: datetime, expires_at: datetime) -> datetime:
        """For a new trade: at its deadline at the latest."""
        return min(now + self.first, max(now, self.link_dead_at(expires_at)))

    def next_poll(self, requested_at: datetime, expires_at: datetime, now: datetime) -> datetime:
        """For an unpaid trade: after the time it has been open so far, and at its deadline."""
        interval = min(max(self.first, now - requested_at), self.longest)
        dead_at = self.link_dead_at(expires_at)
        return min(now + interval, dead_at) if now < dead_at else now + interval

    def next_poll_after_close(self, closed_at: datetime, now: datetime) -> datetime | None:
        """For a trade that was closed because of a dead link: after the time it has been closed so far; None after `watch`."""
        since = now - closed_at
        return now + max(self.first, since) if since < self.watch else None

    def retry_at(self, tries: int, now: datetime) -> datetime:
        """After `tries` answers in a row that were not certain."""
        backoff: timedelta = self.retry * 2 ** min(tries, 20)
        return now + min(backoff, self.longest)

    def link_dead_at(self, expires_at: datetime) -> datetime:
        """From then on, a trade that the provider does not know can no longer be paid."""
        return expires_at + self.margin
