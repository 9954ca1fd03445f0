"""Runs are counted, and feeds that are behind their schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feeds.adapters.mongo_feeds import MongoFeeds
from feeds.adapters.mongo_runs import MongoRuns
from feeds.application.measuring import PATIENCE, Punctuality, count_ended, lines_handled, runs_ended
from feeds.domain.feed import FeedTerms, new_feed
from feeds.domain.run import Counts, Run, Status
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder

NOW = datetime(2026, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_run(run_id: str, hours_ago: float, status: Status) -> Run:
    return Run(run_id, "f", "shop12345", "o", None, False, NOW - hours_ago * HOUR, status=status)


@pytest.mark.parametrize(
    ("every", "runs", "behind"),
    [
        (3600, [], 0),
        (3600, [(2.5, "done"), (1, "failed")], 0),
        (3600, [(PATIENCE + 0.5, "done"), (2, "failed"), (1, "refused")], 1),
        (3600, [(9, "failed"), (1, "failed")], 1),
        (3600, [(2, "failed"), (1, "failed")], 0),
        (3600, [(9, "applying")], 1),
        (None, [(9, "failed")], 0),
    ],
)
async def test_a_feed_is_behind_when_none_of_its_runs_was_done_for_three_intervals(
    mongodb_uri: str, prefix: str, every: int | None, runs: list[tuple[float, Any]], behind: int
) -> None:
    async with connect(mongodb_uri) as client:
        db, recorder = database(client, f"{prefix}feeds"), Recorder(system_clock, random_id)
        feeds, stored = MongoFeeds(db, recorder), MongoRuns(db, recorder)
        terms = FeedTerms("All", "csv", "full", "https://shop.example/feed.csv", every, 20, 0)
        await feeds.insert([Change(new_feed("f", "shop12345", "o", terms))])
        await stored.insert([Change(a_run(f"r{n}", *run)) for n, run in enumerate(runs)])
        assert await Punctuality(feeds, stored, lambda: NOW).overdue() == behind


def test_a_run_that_ended_is_counted_with_its_lines() -> None:
    before = runs_ended._counts[("done",)], lines_handled._counts[("unchanged",)]
    run = Run(
        "r", "f", "shop12345", "o", None, False, NOW, status="done", counts=Counts(lines=3, unchanged=3)
    )
    count_ended(run)
    after = runs_ended._counts[("done",)], lines_handled._counts[("unchanged",)]
    assert after == (before[0] + 1, before[1] + 3)
