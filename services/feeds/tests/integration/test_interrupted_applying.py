"""Applying goes on after a crash until each command has its outcome, whatever was answered before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.feeds import FeedCommand, FeedProductApplied, Outcome
from feeds.adapters.mongo_reports import MongoReports
from feeds.adapters.mongo_shops import MongoShops
from feeds.application import applying
from feeds.application.applying import ApplyFeed
from feeds.application.ports import Sent
from feeds.domain.errors import RunFailed
from feeds.domain.feed import Feed, FeedTerms
from feeds.domain.run import Run
from product_feeds.lines import FeedLine
from product_feeds.staging import Staging
from runtime.clock import system_clock
from runtime.mongo.client import Database, connect, database

RUN = Run("run1", "feed1", "shop12345", "owner1", "file1", False, system_clock(), status="applying")
FEED = Feed("feed1", "shop12345", "owner1", FeedTerms("All", "csv", "full", None, None, 20, 0), 1)


class Sink:
    """Where commands go."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def publish(self, commands: Collection[FeedCommand]) -> None:
        self.sent += [command.product_id for command in commands]


@pytest_asyncio.fixture
async def db(mongodb_uri: str, prefix: str) -> AsyncIterator[Database]:
    async with connect(mongodb_uri) as client:
        yield database(client, f"{prefix}feeds")


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    staging = Staging(tmp_path / "lines.sqlite")
    for number, product in enumerate(("p1", "p2"), 2):
        images = ("https://shop.example/1.jpg",)
        staging.add(FeedLine(number, product, product, "Pot", "", "", "", "pots", images, (), 1200, 5))
    return staging


def answered(product_id: str, outcome: Outcome) -> FeedProductApplied:
    return FeedProductApplied(
        version=1,
        run_id=RUN.run_id,
        mini_program_id=RUN.mini_program_id,
        product_id=product_id,
        outcome=outcome,
    )


async def saved(run: Run) -> Run:
    return run


async def test_removals_that_were_answered_before_a_crash_stand_for_no_product_of_the_file(
    db: Database, staging: Staging
) -> None:
    sent, sink = MongoReports(db, system_clock), Sink()
    await sent.add_sent(RUN.run_id, [Sent("gone1", 0, 0), Sent("gone2", 0, 0), Sent("gone3", 0, 0)])
    await sent.take([answered("gone1", "removed"), answered("gone2", "removed")])
    work = asyncio.create_task(ApplyFeed(MongoShops(db), sent, sink)(RUN, FEED, staging, saved))
    while len(sink.sent) < 3:
        await asyncio.sleep(0.01)
    assert sorted(sink.sent) == ["gone3", "p1", "p2"]
    done, _ = await asyncio.wait([work], timeout=3 * applying.POLL_INTERVAL_SECONDS)
    assert not done
    await sent.take([answered("p1", "accepted"), answered("p2", "unchanged"), answered("gone3", "unchanged")])
    counts = await work
    assert (counts.accepted, counts.removed, counts.answered, counts.commands) == (1, 2, 5, 5)


async def test_a_run_whose_commands_are_never_answered_fails_in_words(
    db: Database, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "POLL_INTERVAL_SECONDS", 0.05)
    monkeypatch.setattr(applying, "SEND_AGAIN_SECONDS", 0.2)
    monkeypatch.setattr(applying, "GIVE_UP_SECONDS", 1.0)
    sink = Sink()
    with pytest.raises(RunFailed, match="2 of 2 products"):
        await ApplyFeed(MongoShops(db), MongoReports(db, system_clock), sink)(RUN, FEED, staging, saved)
    assert sink.sent.count("p1") > 1
