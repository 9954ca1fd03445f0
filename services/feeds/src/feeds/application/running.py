"""Works on runs, on the one replica that holds the lease; runs of one mini program come one after another."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

from feeds.application.applying import ApplyFeed
from feeds.application.checking import check_lines, left_out_of
from feeds.application.contracts_out import finished
from feeds.application.measuring import count_ended
from feeds.application.ports import (
    Clock,
    FeedStore,
    Fetched,
    Fetcher,
    Files,
    Reports,
    RunStore,
    Shops,
    Validators,
)
from feeds.domain.errors import RunFailed, RunRefused
from feeds.domain.feed import Feed
from feeds.domain.run import Run, Status, too_many_rejected, too_many_removed
from product_feeds.lines import Categories
from product_feeds.staging import Staging
from runtime.errors import is_unavailable, redacted
from runtime.outbox.changes import Change

log = logging.getLogger(__name__)

MAX_RUNS = 32
"""Runs of different mini programs that are fetched, checked or applied at the same time: a slow server costs a place here only."""
MAX_RUNS_PER_OWNER = 2
"""Of these, runs of one owner, so that nobody's slow servers and large files stop all others."""
MAX_APPLYING = 4
"""Of these, runs that are checked or applied."""
MAX_ERRORS = 3
"""After so many errors that are no outage, a run fails: a repeat would not help it, and others of its mini program wait."""
POLL_INTERVAL_SECONDS = 0.5
LEFT_BEHIND = timedelta(days=1)
"""Older files that no run uses are from uploads that a crash interrupted."""
CLEANING_SECONDS = 3600.0
BROKEN = (
    "The platform could not work on this file. What was applied stays. Ask an operator to look at the log of feeds, with the id of "
    "this run."
)


class Lease(Protocol):
    """The right to work on runs: `runtime.mongo.lease`."""

    async def acquire(self) -> bool: ...

    async def keep(self) -> bool: ...


class Ended(Exception):
    """The run has ended in the meantime: it was cancelled."""


class WorkOnRuns:
    """Takes each active run as far as it goes. Every step may be repeated, so that a run goes on after a crash."""

    def __init__(
        self,
        runs: RunStore,
        feeds: FeedStore,
        shops: Shops,
        files: Files,
        fetcher: Fetcher,
        validators: Validators,
        reports: Reports,
        applying: ApplyFeed,
        folder: Path,
        lease: Lease,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._feeds = feeds
        self._shops = shops
        self._files = files
        self._fetcher = fetcher
        self._validators = validators
        self._reports = reports
        self._applying = applying
        self._folder = folder
        self._lease = lease
        self._clock = clock
        self._working: dict[str, tuple[str, asyncio.Task[None]]] = {}
        """By mini program: the owner, and the work on the run."""
        self._errors = Counter[str]()
        self._turns = asyncio.Semaphore(MAX_APPLYING)
        self._cleaned_at = float("-inf")

    async def run(self) -> None:
        """Work endlessly while this replica has the lease."""
        try:
            while True:
                if await self._lease.keep() or await self._lease.acquire():
                    await self._take_up()
                    await self._clean()
                else:
                    await self._stop()
                await asyncio.sleep(POLL_INTERVAL_SECONDS)
        finally:
            await self._stop()

    async def _clean(self) -> None:
        """Delete the files of interrupted uploads, once in CLEANING_SECONDS."""
        if monotonic() - self._cleaned_at >= CLEANING_SECONDS:
            await self._files.delete_older(self._clock() - LEFT_BEHIND, await self._runs.files_in_use())
            self._cleaned_at = monotonic()

    async def _take_up(self) -> None:
        self._working = {program: one for program, one in self._working.items() if not one[1].done()}
        owners = Counter(owner for owner, _ in self._working.values())
        for run in await self._runs.first_of_each():
            if len(self._working) == MAX_RUNS:
                return
            if run.mini_program_id not in self._working and owners[run.owner_id] < MAX_RUNS_PER_OWNER:
                owners[run.owner_id] += 1
                self._working[run.mini_program_id] = run.owner_id, asyncio.create_task(self._work(run))

    async def _stop(self) -> None:
        tasks, self._working = [task for _, task in self._working.values()], {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, run: Run) -> None:
        try:
            try:
                await self._carry_out(run)
            except (RunRefused, RunFailed) as error:
                status: Status = "refused" if isinstance(error, RunRefused) else "failed"
                await self._move(run, status, str(error))
        except Ended:
            log.info("a run has ended", extra={"run": run.run_id})
        except Exception as error:
            is_outage = is_unavailable(error)
            log.warning(
                "a run was interrupted and will be continued: %s", redacted(error), exc_info=not is_outage,
                extra={"run": run.run_id},
            )  # fmt: skip
            if is_outage or not await self._is_hopeless(run):
                return
        self._errors.pop(run.run_id, None)
        for file_id in {
            run.file_id or run.run_id,
            run.run_id,
        }:  # a file that was fetched has the id of its run
            await self._files.delete(file_id)

    async def _is_hopeless(self, run: Run) -> bool:
        """Whether an error ends the run, because it had as many before."""
        self._errors[run.run_id] += 1
        if self._errors[run.run_id] < MAX_ERRORS:
            await asyncio.sleep(POLL_INTERVAL_SECONDS * 10)
            return False
        with suppress(Ended):
            await self._move(run, "failed", BROKEN)
        return True

    async def _carry_out(self, run: Run) -> None:
        feed = await self._feeds.get(run.feed_id)
        if feed is None:
            raise RunFailed("The feed does not exist.")
        fetched: Fetched | None = None
        if run.file_id is None:
            run, fetched = await self._fetch(run, feed)
            if fetched is None:
                return
        async with self._turns:
            await self._check_and_apply(run, feed, fetched)

    async def _check_and_apply(self, run: Run, feed: Feed, fetched: Fetched | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            path, lines = self._folder / run.run_id, self._folder / f"{run.run_id}.sqlite"
            for file in (path, lines):
                stack.callback(file.unlink, missing_ok=True)
            await self._files.copy_to(run.file_id or "", path)
            staging = stack.enter_context(Staging(lines))
            if run.status != "applying":
                run = await self._move(run, "checking") if run.status != "checking" else run
                run = await self._check(run, feed, path, staging)
            else:  # after a crash: read the lines again, whose errors are known
                async for _ in check_lines(path, feed.terms.format, await self._categories(run), staging):
                    pass
            counts = await self._applying(run, feed, staging, lambda one: self._save(one))
            run = await self._save(replace(run, counts=counts))
            await self._move(run, "done")
            # Only a file that was applied may be skipped the next time; a wrong line may be right then, if its category exists.
            if fetched is not None and not counts.rejected:
                await self._validators.put(feed, fetched)

    async def _fetch(self, run: Run, feed: Feed) -> tuple[Run, Fetched | None]:
        """The run with its file, and the file's validators; None if the file has not changed, which ends the run."""
        if run.status == "queued":
            run = await self._move(run, "fetching")
        earlier = await self._validators.get(feed)
        async with self._fetcher.fetch(feed.terms.url or "", earlier) as answer:
            if answer is None:
                return await self._move(run, "done", "The file has not changed since it was applied."), None
            fetched, chunks = answer
            await self._files.store(run.run_id, chunks)
        return await self._change(run, lambda current: current.with_file(run.run_id)), fetched

    async def _check(self, run: Run, feed: Feed, path: Path, staging: Staging) -> Run:
        """Raises RunRefused if the file must not be applied."""
        await self._reports.restart(run.run_id)
        lines = bad = 0
        async for batch in check_lines(path, feed.terms.format, await self._categories(run), staging):
            lines, bad = lines + batch.lines, bad + batch.bad
            await self._reports.add(run.run_id, batch.errors)
        async for errors in left_out_of(staging):
            bad += len(errors)
            await self._reports.add(run.run_id, errors)
        run = await self._save(replace(run, counts=replace(run.counts, lines=lines, bad=bad, rejected=bad)))
        if not lines:
            raise RunRefused("The file has no lines. An empty feed is not applied.")
        if (why := too_many_rejected(lines, bad, feed.terms.max_rejected_percent)) is not None:
            raise RunRefused(why)
        if feed.terms.mode == "full" and not run.allow_mass_removal:
            known = missing = 0
            async for product_id in self._shops.listed(run.mini_program_id):
                known, missing = known + 1, missing + (not staging.has(product_id))
            if (why := too_many_removed(known, missing)) is not None:
                raise RunRefused(why)
        return await self._move(run, "applying")

    async def _categories(self, run: Run) -> Categories:
        shop = await self._shops.find(run.mini_program_id)
        return Categories(shop.categories if shop is not None else {})

    async def _move(self, run: Run, status: Status, reason: str | None = None) -> Run:
        return await self._change(run, lambda current: current.moved(status, self._clock(), reason))

    async def _save(self, run: Run) -> Run:
        return await self._change(run, lambda current: current.counted(run.counts) or current)

    async def _change(self, run: Run, decide: Callable[[Run], Run | None]) -> Run:
        """The run after a change. Raises Ended if it was cancelled in the meantime."""

        def change(current: Run | None) -> Change[Run] | None:
            if current is None or not current.is_active:
                raise Ended
            after = decide(current)
            if after is None or after is current:
                return None
            return Change(after, [] if after.is_active else [finished(after)])

        result = await self._runs.change(run.run_id, change)
        if result.aggregate is None:
            raise Ended
        if not result.aggregate.is_active:
            count_ended(result.aggregate)
        return result.aggregate
