"""One process's index: what answers, what follows the streams, and at times a new one being built beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from runtime.service import Service
from search.adapters.generations import Generation, Generations
from search.adapters.state import LAYOUT
from search.adapters.streams import Streams
from search.application.directory import Accounts, Directory
from search.application.finding import Library
from search.application.progress import Progress
from search.application.projecting import Projection
from search.application.suggesting import PopularQueries
from search.domain.ranking import RankingRule
from search.engine.port import ProductIndex
from search.engine.tantivy_index import TantivyIndex
from search.settings import Settings
from search.subscribers import TAKEN, erased, fact_of

if TYPE_CHECKING:
    from search.meaning.models import Kind, Model
    from search.meaning.vectors import Meanings

log = logging.getLogger(__name__)
T = TypeVar("T")
LOOK_AGAIN_SECONDS = 0.2
"""How long a product may wait before anybody looks whether its meaning is to be read."""


class Replica:
    """What one process has: the generation that answers, and at times one that is being built beside it."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self._service = service
        self._settings = settings
        self._rule = RankingRule(exposure_weight=settings.exposure_weight)
        self._models: dict[Kind, Model] | None = None
        read = "" if settings.search_hybrid is None else ", titles and descriptions read for their meaning"
        layout = f"{LAYOUT}{read}"
        self._generations = Generations(settings.search_dir, self._open_index, service.new_id, layout)
        self._live: tuple[Generation, Streams, Library, PopularQueries] | None = None
        self._following: asyncio.Task[None] | None = None
        self._rebuilding: asyncio.Task[None] | None = None
        self._building: Streams | None = None

    async def catch_up(self) -> None:
        """Open what is there and read the streams to their present ends. Nothing is ready before."""
        if self._live is None:
            self._live = self._assemble(await asyncio.to_thread(self._generations.current))
        self._following = await self._begin(self._live[1])

    async def follow(self) -> None:
        """Go on reading, as long as the service runs."""
        try:
            while True:
                task = self._following
                if task is None:
                    await self.catch_up()
                    continue
                await asyncio.wait({task})
                if task is self._following:  # no rebuild has taken its place: it failed, and is begun again
                    self._following = None
                    await task
        except asyncio.CancelledError:
            await self._close()
            raise

    async def ask(self, question: Callable[[Library, PopularQueries], T]) -> T:
        """Ask what answers at the moment."""
        assert self._live is not None, "search has not started"  # noqa: S101
        _, _, library, popular = self._live
        if self._settings.search_engine == "embedded" and self._settings.search_hybrid is None:
            return question(library, popular)
        return await asyncio.to_thread(question, library, popular)

    async def read_meanings(self) -> None:
        """Read, for as long as the service runs, what the products mean that came since."""
        while True:
            meanings = _meanings_of(self._live[0]) if self._live is not None else None
            if meanings is None or not await asyncio.to_thread(meanings.fill):
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def rebuild(self) -> None:
        """Begin to build a new index from the beginning of the streams; what is there answers until it is done."""
        if self._rebuilding is None or self._rebuilding.done():
            self._building = None
            self._rebuilding = asyncio.create_task(self._rebuild(), name="rebuild")

    def progress(self) -> Progress:
        """How the last rebuild goes, or went."""
        products = self._live[0].index.size if self._live is not None else 0
        task, streams = self._rebuilding, self._building
        if task is None:
            return Progress("none", products=products)
        read, to_read = (streams.read, streams.to_read) if streams is not None else (0, 0)
        if not task.done():
            return Progress("rebuilding", min(read, to_read), to_read, products)
        fault = None if task.cancelled() else task.exception()
        if fault is None and not task.cancelled():
            return Progress("done", to_read, to_read, products)
        reason = f"{type(fault).__name__}: {fault}"[:300] if fault is not None else "the service ends"
        return Progress("failed", min(read, to_read), to_read, products, reason)

    async def _rebuild(self) -> None:
        assert self._live is not None  # noqa: S101
        old = self._live[0]
        fresh = await asyncio.to_thread(self._generations.fresh)
        for mark, at in old.state.given_up().items():
            fresh.state.put_fact(mark, at)
        built = self._assemble(fresh)
        self._building = built[1]
        try:
            following = await self._begin(built[1])
        except BaseException:
            await asyncio.to_thread(fresh.remove)
            raise
        known, empty = _meanings_of(old), _meanings_of(fresh)
        if known is not None and empty is not None:
            await asyncio.to_thread(empty.adopt, known)
        stopped, self._live, self._following = self._following, built, following
        self._generations.make_current(fresh)
        if stopped is not None:
            stopped.cancel()
            await asyncio.gather(stopped, return_exceptions=True)
        await asyncio.to_thread(old.remove)
        log.info("a rebuilt index answers", extra={"products": fresh.index.size})

    async def _begin(self, streams: Streams) -> asyncio.Task[None]:
        """The task that reads, once it has caught up; raises what ends it before."""
        streams.caught_up.clear()
        task = asyncio.create_task(streams.run(), name="streams")
        there = asyncio.create_task(streams.caught_up.wait())
        try:
            await asyncio.wait({task, there}, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            task.cancel()
            raise
        finally:
            there.cancel()
        if task.done():
            await task
        return task

    def _assemble(self, generation: Generation) -> tuple[Generation, Streams, Library, PopularQueries]:
        directory, accounts, popular = Directory(self._rule), Accounts(TantivyIndex()), PopularQueries()
        projection = Projection(generation.index, generation.state, directory, accounts, popular)
        projection.load()
        streams = Streams(
            projection, TAKEN, fact_of, erased,
            bootstrap=self._settings.kafka, prefix=self._settings.prefix,
            publisher=self._service.publisher, clock=self._service.clock,
        )  # fmt: skip
        library = Library(generation.index, generation.state, directory, accounts, self._rule)
        return generation, streams, library, popular

    def _open_index(self, folder: Path) -> ProductIndex:
        words = self._open_words(folder)
        if self._settings.search_hybrid is None:
            return words
        from search.engine.hybrid_index import HybridIndex  # an extra: not there where it is not used
        from search.meaning.models import models_in
        from search.meaning.vectors import Meanings

        if self._models is None:
            self._models = models_in(self._settings.search_hybrid)
        return HybridIndex(words, Meanings(self._models, folder))

    def _open_words(self, folder: Path) -> ProductIndex:
        if self._settings.search_engine == "opensearch":
            from search.engine.opensearch_index import (
                OpenSearchIndex,  # an extra: not there where it is not used
            )

            name = f"{self._settings.prefix}products-{folder.name}"
            return OpenSearchIndex(self._settings.opensearch_url, name)
        return TantivyIndex(folder / "products")

    async def _close(self) -> None:
        tasks = [task for task in (self._rebuilding, self._following) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._live is not None:
            generation, self._live = self._live[0], None
            await asyncio.to_thread(generation.close)


def _meanings_of(generation: Generation) -> Meanings | None:
    return getattr(generation.index, "meanings", None)
