"""Measures runs: how many started and ended, the outcomes of their lines, and how many feeds are behind their schedule."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Literal

from feeds.application.ports import Clock, FeedStore, RunStore
from feeds.domain.feed import Feed
from feeds.domain.run import Run
from runtime.metrics import Counter, Gauge

INTERVAL_SECONDS = 60.0
PATIENCE = 3
"""A feed is behind its schedule after this many intervals without a run that is done. One run may fail."""

runs_started = Counter(
    "anchorage.feeds.started", "{run}", "runs of feeds that were queued, by cause: owner or schedule", ("anchorage.cause",)
)  # fmt: skip
runs_ended = Counter(
    "anchorage.feeds.ended", "{run}", "runs of feeds that have ended: done, refused, failed, or cancelled",
    ("anchorage.outcome",),
)  # fmt: skip
lines_handled = Counter(
    "anchorage.feeds.lines", "{line}", "lines of runs that have ended: accepted, unchanged, or rejected",
    ("anchorage.outcome",),
)  # fmt: skip
feeds_overdue = Gauge(
    "anchorage.feeds.overdue", "{feed}", "feeds with a schedule of which no run was done for three of its intervals"
)  # fmt: skip


def count_started(cause: Literal["owner", "schedule"]) -> None:
    """A run was queued."""
    runs_started.add(1, cause)


def count_ended(run: Run) -> None:
    """A run has just ended."""
    runs_ended.add(1, run.status)
    counts = run.counts
    for outcome, lines in (
        ("accepted", counts.accepted), ("unchanged", counts.unchanged), ("rejected", counts.rejected),
    ):  # fmt: skip
        lines_handled.add(lines, outcome)


class Punctuality:
    """Keeps the gauge of feeds that are behind their schedule."""

    def __init__(self, feeds: FeedStore, runs: RunStore, clock: Clock) -> None:
        self._feeds = feeds
        self._runs = runs
        self._clock = clock

    async def run(self) -> None:
        """Measure as long as the service runs."""
        while True:
            feeds_overdue.set(await self.overdue())
            await asyncio.sleep(INTERVAL_SECONDS)

    async def overdue(self) -> int:
        """How many feeds are behind now."""
        now = self._clock()
        return sum([await self._is_behind(feed, now) for feed in await self._feeds.scheduled()])

    async def _is_behind(self, feed: Feed, now: datetime) -> bool:
        """A feed without any run is not behind: its first one is queued within seconds."""
        since = await self._runs.on_time_since(feed.feed_id)
        return since is not None and now - since > PATIENCE * timedelta(seconds=feed.terms.every or 0)
