"""Queues runs of feeds with a schedule when they are due."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

from feeds.application.measuring import count_started
from feeds.application.ports import Clock, FeedStore, RunStore
from feeds.domain.feed import Feed
from feeds.domain.run import Run
from runtime.ids import NewId
from runtime.outbox.changes import Change

POLL_INTERVAL_SECONDS = 5.0


class RunSchedules:
    """A feed is due one interval after its last run was queued, whatever its outcome, but not while that run is active."""

    def __init__(self, feeds: FeedStore, runs: RunStore, clock: Clock, new_id: NewId) -> None:
        self._feeds = feeds
        self._runs = runs
        self._clock = clock
        self._new_id = new_id

    async def run(self) -> None:
        """Queue what is due, endlessly."""
        while True:
            for feed in await self._feeds.scheduled():
                await self.queue_if_due(feed)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)

    async def queue_if_due(self, feed: Feed) -> None:
        """The id of a run follows from the run before it, so that two replicas queue one run."""
        newest, now = await self._runs.newest(feed.feed_id), self._clock()
        if newest is not None and (
            newest.is_active or now < newest.queued_at + timedelta(seconds=feed.terms.every or 0)
        ):
            return
        before = newest.run_id if newest is not None else feed.feed_id
        run = Run(
            run_id=hashlib.sha256(f"after {before}".encode()).hexdigest()[:32],
            feed_id=feed.feed_id,
            mini_program_id=feed.mini_program_id,
            owner_id=feed.owner_id,
            file_id=None,
            allow_mass_removal=False,
            queued_at=now,
        )
        [outcome] = await self._runs.insert([Change(run)])
        if isinstance(outcome, Exception):
            raise outcome
        if outcome:
            count_started("schedule")
