"""When an open trade, a close or a refund is asked about again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

BETWEEN_REFUNDS = timedelta(seconds=3)
"""Alipay wants three seconds between two refunds of one trade."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Pauses that double from `first` (notices lost) or `retry` (no certain answer) up to `longest`.

    `margin` is how long after the deadline a link that nobody used counts as dead: it covers the difference between the
    provider's clock and ours. `watch` is how long after such an end money is still looked for: Alipay repeats a notice
    over about 25 hours, and then the day's bill is out, which reconciliation reads.
    """

    first: timedelta = timedelta(seconds=30)
    retry: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=10)
    margin: timedelta = timedelta(seconds=2)
    watch: timedelta = timedelta(hours=25)

    def first_look(self, now: datetime, expires_at: datetime) -> datetime:
        """When a new trade is asked about for the first time: the deadline at the latest."""
        return min(now + self.first, max(now, self.dead_at(expires_at)))

    def next_look(self, requested_at: datetime, expires_at: datetime, now: datetime) -> datetime:
        """When an unpaid trade is asked about next: after as long again as it has been open, and at its deadline."""
        pause = min(max(self.first, now - requested_at), self.longest)
        dead_at = self.dead_at(expires_at)
        return min(now + pause, dead_at) if now < dead_at else now + pause

    def next_watch(self, closed_at: datetime, now: datetime) -> datetime | None:
        """When a closed trade that the provider had never seen is asked about next: after as long again as it has been
        closed; None once it has been watched for long enough."""
        since = now - closed_at
        return now + max(self.first, since) if since < self.watch else None

    def retry_at(self, tries: int, now: datetime) -> datetime:
        """When to ask again after `tries` answers that said nothing certain."""
        pause: timedelta = self.retry * 2 ** min(tries, 20)
        return now + min(pause, self.longest)

    def dead_at(self, expires_at: datetime) -> datetime:
        """From when on a trade that the provider has never heard of can no longer be paid."""
        return expires_at + self.margin
