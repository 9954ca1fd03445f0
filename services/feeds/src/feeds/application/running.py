"""Works on runs, on the one replica that holds the lease; runs of one mini program come one after another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

from feeds.application.applying import ApplyFeed
from feeds.application.checking import check_lines, products_of
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

MAX_RUNS = 4
"""Runs of different mini programs that are worked on at the same time."""
POLL_INTERVAL_SECONDS = 0.5
LEFT_BEHIND = timedelta(days=1)
"""Older files that no run uses are from uploads that a crash interrupted."""
CLEANING_SECONDS = 3600.0


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
        self._working: dict[str, asyncio.Task[None]] = {}
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
        self._working = {program: task for program, task in self._working.items() if not task.done()}
        for run in await self._runs.active():
            if run.mini_program_id not in self._working and len(self._working) < MAX_RUNS:
                self._working[run.mini_program_id] = asyncio.create_task(self._work(run))

    async def _stop(self) -> None:
        tasks, self._working = list(self._working.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, run: Run) -> None:
        try:
            await self._carry_out(run)
        except Ended:
            log.info("a run has ended", extra={"run": run.run_id})
        except (RunRefused, RunFailed) as error:
            status: Status = "refused" if isinstance(error, RunRefused) else "failed"
            await self._move(run, status, str(error))
        except Exception as error:
            log.warning("a run was interrupted and will be continued: %s", redacted(error))
            if not is_unavailable(error):
                await asyncio.sleep(POLL_INTERVAL_SECONDS * 10)
            return
        for file_id in {
            run.file_id or run.run_id,
            run.run_id,
        }:  # a file that was fetched has the id of its run
            await self._files.delete(file_id)

    async def _carry_out(self, run: Run) -> None:
        feed = await self._feeds.get(run.feed_id)
        if feed is None:
            raise RunFailed("The feed does not exist.")
        fetched: Fetched | None = None
        if run.file_id is None:
            run, fetched = await self._fetch(run, feed)
            if fetched is None:
                return
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
            if fetched is not None:  # only a file that was applied may be skipped the next time
                await self._validators.put(feed.feed_id, feed.terms.url or "", fetched)

    async def _fetch(self, run: Run, feed: Feed) -> tuple[Run, Fetched | None]:
        """The run with its file, and the file's validators; None if the file has not changed, which ends the run."""
        if run.status == "queued":
            run = await self._move(run, "fetching")
        url = feed.terms.url or ""
        async with self._fetcher.fetch(url, await self._validators.get(feed.feed_id, url)) as answer:
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
        async for products in products_of(staging):
            errors = [error for _, wrong in products for error in wrong]
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
