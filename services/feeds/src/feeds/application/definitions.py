"""Owners describe their feeds."""

from __future__ import annotations

from collections.abc import Callable

from feeds.application.ports import FeedStore, Shops
from feeds.domain.errors import NotFound, TooManyFeeds
from feeds.domain.feed import MAX_FEEDS, Feed, FeedTerms, new_feed
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.outbox.changes import Change

Check = Callable[[str], None]
"""Raises WrongFeed for an address that must not be called."""


class FeedDefinitions:
    """The use cases of feeds. Each raises NotFound for what is not the owner's."""

    def __init__(self, feeds: FeedStore, shops: Shops, check_url: Check, new_id: NewId) -> None:
        self._feeds = feeds
        self._shops = shops
        self._check_url = check_url
        self._new_id = new_id

    async def create(self, owner_id: str, mini_program_id: str, terms: FeedTerms) -> Feed:
        """Raises WrongFeed and TooManyFeeds."""
        await self.must_own(owner_id, mini_program_id)
        if len(await self._feeds.of_mini_program(mini_program_id, None, MAX_FEEDS)) == MAX_FEEDS:
            raise TooManyFeeds
        feed = new_feed(self._new_id(), mini_program_id, owner_id, self._checked(terms))
        [outcome] = await self._feeds.insert([Change(feed)])
        if isinstance(outcome, Exception):
            raise outcome
        return feed

    async def get(self, owner_id: str, mini_program_id: str, feed_id: str) -> Feed:
        """One of the mini program's feeds."""
        await self.must_own(owner_id, mini_program_id)
        feed = await self._feeds.get(feed_id)
        if feed is None or feed.mini_program_id != mini_program_id:
            raise NotFound("this feed")
        return feed

    async def page(self, owner_id: str, mini_program_id: str, after: str | None, limit: int) -> list[Feed]:
        """At most `limit` feeds, from the one after `after`."""
        await self.must_own(owner_id, mini_program_id)
        return await self._feeds.of_mini_program(mini_program_id, after, limit)

    async def edit(
        self,
        owner_id: str,
        mini_program_id: str,
        feed_id: str,
        edit: Callable[[FeedTerms], FeedTerms],
        expected: int | None,
    ) -> Feed:
        """Raises WrongFeed, VersionConflict, and what `edit` raises."""
        await self.get(owner_id, mini_program_id, feed_id)

        def decide(current: Feed | None) -> Change[Feed] | None:
            if current is None:
                raise NotFound("this feed")
            must_be_version(expected, current.version)
            after = current.edited(self._checked(edit(current.terms)))
            return Change(after) if after is not None else None

        result = await self._feeds.change(feed_id, decide)
        if result.aggregate is None:
            raise NotFound("this feed")
        return result.aggregate

    async def must_own(self, owner_id: str, mini_program_id: str) -> None:
        """Raises NotFound."""
        shop = await self._shops.find(mini_program_id)
        if shop is None or shop.owner_id != owner_id:
            raise NotFound("this mini program")

    def _checked(self, terms: FeedTerms) -> FeedTerms:
        if terms.url is not None:
            self._check_url(terms.url)
        return terms
