"""A feed: how an owner's product files are to be read and applied. Each run follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from feeds.domain.errors import WrongFeed

MAX_FEEDS = 20
"""Of one mini program."""
Format = Literal["google_xml", "csv", "jsonl"]
Mode = Literal["full", "incremental"]


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """What the owner sets. `every` is in seconds."""

    name: str
    format: Format
    mode: Mode
    url: str | None
    every: int | None
    max_rejected_percent: int
    default_stock: int

    def check(self) -> None:
        """Raises WrongFeed for a schedule without an address."""
        if self.every is not None and self.url is None:
            raise WrongFeed("every", "needs `url`, where the file is fetched")


@dataclass(frozen=True, slots=True)
class Feed:
    """The aggregate; `version` counts its changes."""

    feed_id: str
    mini_program_id: str
    owner_id: str
    terms: FeedTerms
    version: int

    def edited(self, terms: FeedTerms) -> Feed | None:
        """The feed with other terms; None if they are the same. Raises WrongFeed."""
        terms.check()
        return replace(self, terms=terms, version=self.version + 1) if terms != self.terms else None


def new_feed(feed_id: str, mini_program_id: str, owner_id: str, terms: FeedTerms) -> Feed:
    """Raises WrongFeed."""
    terms.check()
    return Feed(feed_id, mini_program_id, owner_id, terms, 1)
