"""What the use cases need from outside; `adapters` implement it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from contracts.catalog import MiniProgramState, ProductState
from contracts.feeds import FeedCommand, FeedPictureTried, FeedProductApplied
from feeds.domain.feed import Feed
from feeds.domain.run import Run
from product_feeds.lines import LineError
from runtime.outbox.changes import Change, Decide, Result


class FeedStore(Protocol):
    """The feeds of owners."""

    async def insert(self, new: Sequence[Change[Feed]]) -> list[bool | Exception]: ...

    async def get(self, aggregate_id: str) -> Feed | None: ...

    async def change(self, aggregate_id: str, decide: Decide[Feed]) -> Result[Feed]: ...

    async def of_mini_program(self, mini_program_id: str, after: str | None, limit: int) -> list[Feed]:
        """At most `limit` feeds in order of their ids, from the one after `after`."""
        ...

    async def scheduled(self) -> list[Feed]:
        """The feeds with a schedule."""
        ...


class RunStore(Protocol):
    """Runs with their events."""

    async def insert(self, new: Sequence[Change[Run]]) -> list[bool | Exception]: ...

    async def get(self, aggregate_id: str) -> Run | None: ...

    async def change(self, aggregate_id: str, decide: Decide[Run]) -> Result[Run]: ...

    async def first_of_each(self) -> list[Run]:
        """Of each mini program the oldest run that has not ended, oldest first."""
        ...

    async def count_active(self, mini_program_id: str) -> int:
        """How many runs of a mini program have not ended."""
        ...

    async def newest(self, feed_id: str) -> Run | None:
        """The run of the feed that was queued last."""
        ...

    async def on_time_since(self, feed_id: str) -> datetime | None:
        """When the last run of the feed that is done was queued; without one, its first run; None without any."""
        ...

    async def files_in_use(self) -> set[str]:
        """The files of the runs that have not ended."""
        ...


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """A mini program's owner, and the ids of its categories by each of their names."""

    owner_id: str
    categories: Mapping[str, str]


class Shops(Protocol):
    """What feeds needs to know of mini programs and products."""

    async def find(self, mini_program_id: str) -> ShopFacts | None: ...

    def listed(self, mini_program_id: str) -> AsyncIterator[str]:
        """The ids of its products on sale, in order."""
        ...


class ShopProjection(Protocol):
    """Keeps `Shops` up to date from catalog's events."""

    async def learn_products(self, events: Sequence[ProductState]) -> None: ...

    async def learn_mini_programs(self, events: Sequence[MiniProgramState]) -> None: ...


class Files(Protocol):
    """The files of runs."""

    async def store(self, file_id: str, chunks: AsyncIterable[bytes]) -> None:
        """Store a file whole or not at all, in place of an earlier one. Raises what `chunks` raises."""
        ...

    async def copy_to(self, file_id: str, path: Path) -> None:
        """Write the file to `path`."""
        ...

    async def delete(self, file_id: str) -> None:
        """Delete the file, if there is one."""
        ...

    async def delete_older(self, before: datetime, kept: Collection[str]) -> None:
        """Delete files, and parts of files, that were stored before then, except those that are `kept`."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """The validators of a fetched file, for the next request (RFC 9110, section 8.8)."""

    etag: str | None
    last_modified: str | None


class Fetcher(Protocol):
    """Reads addresses that owners name."""

    def fetch(
        self, url: str, earlier: Fetched | None
    ) -> AbstractAsyncContextManager[tuple[Fetched, AsyncIterator[bytes]] | None]:
        """The file; None if it has not changed. Raises RunFailed with words for the owner, also while the file is read."""
        ...


class Validators(Protocol):
    """The validators of the file that each feed, as it is described now, applied last without a rejected line."""

    async def get(self, feed: Feed) -> Fetched | None: ...

    async def put(self, feed: Feed, fetched: Fetched) -> None: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that a run has sent. `line` is the first of the `lines` of the file that it covers; both are 0 if it takes a product
    off sale."""

    product_id: str
    line: int
    lines: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcomes so far: products with an outcome and without, lines by outcome, and products that were removed."""

    answered: int
    unanswered: int
    by_outcome: Mapping[str, int]
    removed: int


class SentCommands(Protocol):
    """The commands that runs have sent, with their outcomes, each counted once."""

    async def add_sent(self, run_id: str, sent: Sequence[Sent]) -> set[str]:
        """Keep what is about to be sent; returns the products that have no outcome yet. Idempotent."""
        ...

    def open_removals(self, run_id: str) -> AsyncIterator[Sequence[str]]:
        """The products that the run wanted off sale, and that have no outcome yet, in batches."""
        ...

    async def take(self, results: Sequence[FeedProductApplied]) -> None:
        """Keep the outcomes, and their reasons in the report. Idempotent."""
        ...

    async def take_pictures(self, tried: Sequence[FeedPictureTried]) -> None:
        """Keep in the report which pictures could not be fetched, as of their last attempt. Idempotent."""
        ...

    async def tally(self, run_id: str) -> Tally:
        """Counted now."""
        ...


class Reports(Protocol):
    """What is wrong with the lines of runs."""

    async def restart(self, run_id: str) -> None:
        """Delete what an interrupted check has found."""
        ...

    async def add(self, run_id: str, errors: Sequence[LineError]) -> None:
        """Idempotent for each line and field."""
        ...

    def read(self, run_id: str) -> AsyncIterator[Sequence[LineError]]:
        """All, in the order of their lines, in batches."""
        ...


class Commands(Protocol):
    """Sends commands to catalog."""

    async def publish(self, commands: Collection[FeedCommand]) -> None:
        """Returns once they are durable."""
        ...


class Clock(Protocol):
    def __call__(self) -> datetime: ...
