"""Owners run their feeds, follow the runs, cancel them, and read what was wrong."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Sequence

from feeds.application.contracts_out import finished
from feeds.application.definitions import FeedDefinitions
from feeds.application.measuring import count_ended, count_started
from feeds.application.ports import Clock, Files, Reports, RunStore
from feeds.domain.errors import KeyReused, NotFound, NothingToRead, TooManyRuns
from feeds.domain.run import MAX_QUEUED, Run
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
        key: str | None = None,
    ) -> Run:
        """Queue a run of this file, which is stored first, or of the feed's address if there is no file.

        With an idempotency key, a repeat returns the run that the first request started. Raises NothingToRead if there is neither
        file nor address, TooManyRuns, TooLarge, and KeyReused if another request had the key.
        """
        feed = await self._definitions.get(owner_id, mini_program_id, feed_id)
        run_id = _run_id(owner_id, feed_id, key) if key is not None else self._new_id()
        earlier = await self._runs.get(run_id) if key is not None else None
        if file is None and feed.terms.url is None and earlier is None:
            raise NothingToRead
        request = _Request(file, allow_mass_removal=allow_mass_removal)
        if earlier is not None:
            return await _repeated(earlier, request)
        if await self._runs.count_active(mini_program_id) >= MAX_QUEUED:
            raise TooManyRuns
        file_id = self._new_id() if file is not None else None
        if file_id is not None:
            await self._files.store(file_id, request.chunks())
        run = Run(
            run_id=run_id,
            feed_id=feed_id,
            mini_program_id=mini_program_id,
            owner_id=owner_id,
            file_id=file_id,
            allow_mass_removal=allow_mass_removal,
            queued_at=self._clock(),
            request=request.fingerprint if key is not None else "",
        )
        [outcome] = await self._runs.insert([Change(run)])
        if isinstance(outcome, Exception):
            raise outcome
        if outcome:
            count_started("owner")
            return run
        if file_id is not None:  # another request with the same key was quicker
            await self._files.delete(file_id)
        return await _repeated(_of_feed(await self._runs.get(run_id), feed_id), request)

    async def get(self, owner_id: str, mini_program_id: str, feed_id: str, run_id: str) -> Run:
        """One of the feed's runs."""
        await self._definitions.get(owner_id, mini_program_id, feed_id)
        return _of_feed(await self._runs.get(run_id), feed_id)

    async def cancel(self, owner_id: str, mini_program_id: str, feed_id: str, run_id: str) -> Run:
        """End the run. What it has applied stays; a run that has ended stays as it is."""
        before = await self.get(owner_id, mini_program_id, feed_id, run_id)

        def decide(current: Run | None) -> Change[Run] | None:
            after = _of_feed(current, feed_id).moved("cancelled", self._clock(), "It was cancelled.")
            return Change(after, [finished(after)]) if after is not None else None

        run = _of_feed((await self._runs.change(run_id, decide)).aggregate, feed_id)
        if before.is_active and run.status == "cancelled":
            count_ended(run)
        await self._files.delete(run.file_id or run_id)
        return run

    async def report(
        self, owner_id: str, mini_program_id: str, feed_id: str, run_id: str
    ) -> AsyncIterator[Sequence[LineError]]:
        """What is wrong with lines of the run's file, in batches."""
        await self.get(owner_id, mini_program_id, feed_id, run_id)
        return self._reports.read(run_id)


def _of_feed(run: Run | None, feed_id: str) -> Run:
    if run is None or run.feed_id != feed_id:
        raise NotFound("this run")
    return run


class _Request:
    """What a run is started with. Its fingerprint is known once the file has been read."""

    def __init__(self, file: AsyncIterable[bytes] | None, *, allow_mass_removal: bool) -> None:
        self._file = file
        self._hash = hashlib.sha256(f"{file is not None} {allow_mass_removal}\n".encode())
        self._is_read = file is None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file."""
        if self._file is not None:
            async for chunk in self._file:
                self._hash.update(chunk)
                yield chunk
        self._is_read = True

    async def read(self) -> None:
        """Read the file for its fingerprint alone."""
        if not self._is_read:
            async for _ in self.chunks():
                pass

    @property
    def fingerprint(self) -> str:
        """Of the whole request."""
        return self._hash.hexdigest()


async def _repeated(earlier: Run, request: _Request) -> Run:
    """The run that a request with the same key started. Raises KeyReused if that was another request."""
    await request.read()
    if earlier.request != request.fingerprint:
        raise KeyReused
    return earlier


def _run_id(owner_id: str, feed_id: str, key: str) -> str:
    return hashlib.sha256(f"{owner_id} {feed_id} {key}".encode()).hexdigest()[:32]
