"""One process's index: the generation that answers, and at times a new one that is built next to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from runtime.errors import redacted
from search.application.directory import Accounts, Directory
from search.application.library import Library
from search.application.popular_queries import PopularQueries
from search.application.ports import Generation, Generations, ProductIndex, StreamFollower
from search.application.projection import Projection
from search.application.rebuild_progress import RebuildProgress
from search.domain.ranking import RankingRule

log = logging.getLogger(__name__)
T = TypeVar("T")

EMBEDDING_POLL_SECONDS = 0.2
"""How long a product may wait before its embedding starts."""
MAX_REASON = 300

Follow = Callable[[Projection], StreamFollower]


@dataclass(frozen=True, slots=True)
class Served:
    """A generation with its library and the follower that keeps both up to date."""

    generation: Generation
    library: Library
    follower: StreamFollower


class Replica:
    """Follows the streams, answers from one generation, and replaces it by a rebuilt one.

    `blocking`: queries block for long, so they run in other threads.
    """

    def __init__(
        self,
        generations: Generations,
        rule: RankingRule,
        new_accounts_index: Callable[[], ProductIndex],
        follow: Follow,
        *,
        blocking: bool,
    ) -> None:
        self._generations = generations
        self._rule = rule
        self._new_accounts_index = new_accounts_index
        self._follow = follow
        self._blocking = blocking
        self._served: Served | None = None
        self._following: asyncio.Task[None] | None = None
        self._rebuilding: asyncio.Task[None] | None = None
        self._rebuilt: StreamFollower | None = None

    async def catch_up(self) -> None:
        """Open the current generation and read the streams to their present ends. Nothing is ready before."""
        if self._served is None:
            self._served = self._assemble(await asyncio.to_thread(self._generations.current))
        self._following = await _start(self._served.follower)

    async def follow(self) -> None:
        """Keep following the streams, until cancelled."""
        try:
            while True:
                task = self._following
                if task is None:
                    await self.catch_up()
                    continue
                await asyncio.wait({task})
                if task is self._following:  # it failed; a rebuild would have replaced it
                    self._following = None
                    await task
        except asyncio.CancelledError:
            await self._close()
            raise

    async def ask(self, question: Callable[[Library], T]) -> T:
        """The answer of the library that serves at the moment."""
        library = self._now_served().library
        if self._blocking:
            return await asyncio.to_thread(question, library)
        return question(library)

    async def embed_products(self) -> None:
        """Embed products as they arrive, until cancelled."""
        while True:
            vectors = self._served.generation.vectors if self._served is not None else None
            if vectors is None or not await asyncio.to_thread(vectors.embed_some):
                await asyncio.sleep(EMBEDDING_POLL_SECONDS)

    def rebuild(self) -> None:
        """Start to build a new index from the beginning of the streams, unless one is being built. The old one answers
        until it is done."""
        if self._rebuilding is None or self._rebuilding.done():
            self._rebuilt = None
            self._rebuilding = asyncio.create_task(self._rebuild(), name="rebuild")

    def rebuild_progress(self) -> RebuildProgress:
        """The progress or outcome of the last rebuild."""
        products = self._served.library.index.size if self._served is not None else 0
        task, follower = self._rebuilding, self._rebuilt
        if task is None:
            return RebuildProgress("none", products=products)
        to_read = follower.records_to_read if follower is not None else 0
        read = min(follower.records_read, to_read) if follower is not None else 0
        if not task.done():
            return RebuildProgress("rebuilding", read, to_read, products)
        if task.cancelled():
            return RebuildProgress("failed", read, to_read, products, "the service stopped")
        if error := task.exception():
            reason = redacted(error)[:MAX_REASON]
            return RebuildProgress("failed", read, to_read, products, reason)
        return RebuildProgress("done", to_read, to_read, products)

    async def _rebuild(self) -> None:
        old = self._now_served().generation
        fresh = await asyncio.to_thread(self._generations.fresh)
        fresh.state.put_dead_letters(old.state.dead_letters())
        rebuilt = self._assemble(fresh)
        self._rebuilt = rebuilt.follower
        try:
            following = await _start(rebuilt.follower)
        except BaseException:
            await asyncio.to_thread(fresh.remove)
            raise
        if fresh.vectors is not None and old.vectors is not None:
            await asyncio.to_thread(fresh.vectors.adopt, old.vectors)
        stopped, self._served, self._following = self._following, rebuilt, following
        self._generations.make_current(fresh.name)
        if stopped is not None:
            stopped.cancel()
            await asyncio.gather(stopped, return_exceptions=True)
        await asyncio.to_thread(old.remove)
        log.info("a rebuilt index answers", extra={"products": fresh.index.size})

    def _assemble(self, generation: Generation) -> Served:
        library = Library(
            index=generation.index,
            cards=generation.state,
            directory=Directory(self._rule),
            accounts=Accounts(self._new_accounts_index()),
            popular=PopularQueries(),
            rule=self._rule,
        )
        projection = Projection(library, generation.state)
        projection.load()
        return Served(generation, library, self._follow(projection))

    def _now_served(self) -> Served:
        assert self._served is not None, "search has not started"  # noqa: S101
        return self._served

    async def _close(self) -> None:
        tasks = [task for task in (self._rebuilding, self._following) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._served is not None:
            served, self._served = self._served, None
            await asyncio.to_thread(served.generation.close)


async def _start(follower: StreamFollower) -> asyncio.Task[None]:
    """The task that follows the streams, once it has caught up; raises the error that ends it before."""
    follower.caught_up.clear()
    task = asyncio.create_task(follower.run(), name="streams")
    caught_up = asyncio.create_task(follower.caught_up.wait())
    try:
        await asyncio.wait({task, caught_up}, return_when=asyncio.FIRST_COMPLETED)
    except BaseException:
        task.cancel()
        raise
    finally:
        caught_up.cancel()
    if task.done():
        await task
    return task
