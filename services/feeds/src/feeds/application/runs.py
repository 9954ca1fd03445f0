"""Owners run their feeds, follow the runs, cancel them, and read what was wrong."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence

from feeds.application.contracts_out import finished
from feeds.application.definitions import FeedDefinitions
from feeds.application.ports import Clock, Files, Reports, RunStore
from feeds.domain.errors import NotFound, NothingToRead
from feeds.domain.run import Run
from product_feeds.lines import LineError
from runtime.ids import NewId
from runtime.outbox.changes import Change


class FeedRuns:
    """Each use case raises NotFound for what is not the owner's."""

    def __init__(
        self,
        definitions: FeedDefinitions,
        runs: RunStore,
        files: Files,
        reports: Reports,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._definitions = definitions
        self._runs = runs
        self._files = files
        self._reports = reports
        self._clock = clock
        self._new_id = new_id

    async def start(
        self,
        owner_id: str,
        mini_program_id: str,
        feed_id: str,
        file: AsyncIterable[bytes] | None,
        *,
        allow_mass_removal: bool,
    ) -> Run:
        """Queue a run with this file, which is stored first; without one, of the feed's address.

        Raises NothingToRead if there is neither, and TooLarge.
        """
        feed = await self._definitions.get(owner_id, mini_program_id, feed_id)
        if file is None and feed.terms.url is None:
            raise NothingToRead
        run_id = self._new_id()
        if file is not None:
            await self._files.store(run_id, file)
        run = Run(
            run_id=run_id,
            feed_id=feed_id,
            mini_program_id=mini_program_id,
            owner_id=owner_id,
            file_id=run_id if file is not None else None,
            allow_mass_removal=allow_mass_removal,
            queued_at=self._clock(),
        )
        [outcome] = await self._runs.insert([Change(run)])
        if isinstance(outcome, Exception):
            raise outcome
        return run

    async def get(self, owner_id: str, mini_program_id: str, feed_id: str, run_id: str) -> Run:
        """One of the feed's runs."""
        await self._definitions.get(owner_id, mini_program_id, feed_id)
        return _of_feed(await self._runs.get(run_id), feed_id)

    async def cancel(self, owner_id: str, mini_program_id: str, feed_id: str, run_id: str) -> Run:
        """End the run. What it has applied stays; a run that has ended stays as it is."""
        await self.get(owner_id, mini_program_id, feed_id, run_id)

        def decide(current: Run | None) -> Change[Run] | None:
            after = _of_feed(current, feed_id).moved("cancelled", self._clock(), "It was cancelled.")
            return Change(after, [finished(after)]) if after is not None else None

        run = _of_feed((await self._runs.change(run_id, decide)).aggregate, feed_id)
        await self._files.delete(run_id)
        return run

    async def report(
        self, owner_id: str, mini_program_id: str, feed_id: str, run_id: str
    ) -> AsyncIterator[Sequence[LineError]]:
        """What is wrong with lines of the run's file, in portions."""
        await self.get(owner_id, mini_program_id, feed_id, run_id)
        return self._reports.read(run_id)


def _of_feed(run: Run | None, feed_id: str) -> Run:
    if run is None or run.feed_id != feed_id:
        raise NotFound("this run")
    return run
