"""How the service's errors are answered."""

from __future__ import annotations

from contracts.api.feeds import MAX_FEED_BYTES
from feeds.domain.errors import (
    KeyReused,
    NotFound,
    NothingToRead,
    TooLarge,
    TooManyFeeds,
    TooManyRuns,
    WrongFeed,
)
from feeds.domain.feed import MAX_FEEDS
from feeds.domain.run import MAX_QUEUED
from runtime.web.idempotency import key_reused
from runtime.web.problems import Problem, ProblemTable, not_found, wrong_fields


def _wrong_feed(error: WrongFeed) -> Problem:
    return wrong_fields([(error.field, error.message)])


PROBLEMS: ProblemTable = {
    NotFound: lambda error: not_found(str(error)),
    WrongFeed: _wrong_feed,
    NothingToRead: lambda _: wrong_fields(
        [("", "send the file as the body; the feed has no `url` to fetch one from")]
    ),
    KeyReused: lambda _: key_reused(),
    TooManyFeeds: lambda _: Problem(
        409,
        "too_many_feeds",
        f"A mini program can have at most {MAX_FEEDS} feeds. Change one of them instead.",
    ),
    TooManyRuns: lambda _: Problem(
        409,
        "too_many_runs",
        f"At most {MAX_QUEUED} runs of a mini program wait or are worked on. Wait for their end, or cancel some.",
    ),
    TooLarge: lambda _: Problem(
        413,
        "too_large",
        f"The file is too large: at most {MAX_FEED_BYTES} bytes are allowed. Pack it with gzip.",
    ),
}
