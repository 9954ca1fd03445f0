"""A run's way from the queue to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feeds.domain.run import Counts, Run, Status, too_many_rejected, too_many_removed

NOW = datetime(2026, 5, 4, tzinfo=UTC)
RUN = Run("r", "f", "shop12345", "o", None, False, NOW)


def after(*statuses: Status) -> Run:
    run = RUN
    for status in statuses:
        moved = run.moved(status, NOW)
        assert moved is not None
        run = moved
    return run


def test_a_run_with_an_address_passes_every_status() -> None:
    run = after("fetching", "checking", "applying", "done")
    assert (run.is_active, run.finished_at, run.progress, run.version) == (False, NOW, 1.0, 5)


@pytest.mark.parametrize("end", ["done", "refused", "failed", "cancelled"])
def test_a_run_that_has_ended_stays_as_it_is(end: Status) -> None:
    run = replace(RUN, status=end)
    assert [run.moved(status, NOW) for status in ("checking", "applying", "cancelled", "done")] == [None] * 4


def test_nothing_is_applied_before_it_is_checked() -> None:
    assert RUN.moved("applying", NOW) is None
    assert RUN.moved("done", NOW) is None


def test_progress_follows_the_outcomes() -> None:
    run = replace(after("checking", "applying"), counts=Counts(lines=10, commands=10, answered=5))
    assert 0.1 < run.progress < 1.0


def test_equal_counts_are_no_change() -> None:
    assert RUN.counted(Counts()) is None


@pytest.mark.parametrize(("lines", "bad", "refused"), [(10, 2, False), (10, 3, True), (0, 0, False)])
def test_more_wrong_lines_than_allowed_refuse_the_feed(lines: int, bad: int, refused: bool) -> None:
    assert (too_many_rejected(lines, bad, 20) is not None) is refused


@pytest.mark.parametrize(("known", "missing", "refused"), [(4, 2, False), (4, 3, True), (0, 0, False)])
def test_a_full_feed_that_lacks_more_than_half_is_refused(known: int, missing: int, refused: bool) -> None:
    assert (too_many_removed(known, missing) is not None) is refused
