"""Sends a checked feed to catalog, product by product, and waits for the outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic

from contracts.feeds import FeedCommand
from feeds.application.checking import MAX_BATCH, products_of
from feeds.application.contracts_out import apply_command, delist_command
from feeds.application.ports import Commands, Sent, SentCommands, Shops
from feeds.domain.errors import RunFailed
from feeds.domain.feed import Feed
from feeds.domain.run import Counts, Run
from product_feeds.staging import Staging

MAX_UNANSWERED = 4_000
"""Commands without an outcome: enough to keep catalog busy, few enough that a crash repeats little."""
POLL_INTERVAL_SECONDS = 0.5
SEND_AGAIN_SECONDS = 60.0
"""If no outcome has arrived for this long, commands without one are sent again."""
GIVE_UP_SECONDS = 3600.0
"""If no outcome has arrived for this long, the run fails: others of its mini program wait."""
Save = Callable[[Run], Awaitable[Run]]
Batch = Mapping[Sent, FeedCommand]


class ApplyFeed:
    """Sends only commands without an outcome, so that it may be called again after a crash."""

    def __init__(self, shops: Shops, sent: SentCommands, commands: Commands) -> None:
        self._shops = shops
        self._sent = sent
        self._commands = commands

    async def __call__(self, run: Run, feed: Feed, staging: Staging, save: Save) -> Counts:
        """The counts, once every command has an outcome. `save` stores the progress, and raises if the run has ended.

        Raises RunFailed if no outcome arrives for an hour.
        """
        answers = _Answers()
        while True:
            await self._send(run, feed, staging, save, answers)
            counts = await self._await(run, 0, save, answers)
            if counts is not None:
                return counts

    async def _send(self, run: Run, feed: Feed, staging: Staging, save: Save, answers: _Answers) -> None:
        """Send every command without an outcome."""
        async for batch in self._batches(run, feed, staging):
            open_products = await self._sent.add_sent(run.run_id, list(batch))
            wanted = [command for sent, command in batch.items() if sent.product_id in open_products]
            if wanted:
                await self._commands.publish(wanted)
            await self._await(run, MAX_UNANSWERED, save, answers)

    async def _await(self, run: Run, most: int, save: Save, answers: _Answers) -> Counts | None:
        """The counts once at most `most` commands have no outcome; None if no outcome has arrived for a while.

        Commands are counted where they are stored: after a crash, fewer are sent than have outcomes.
        """
        since = monotonic()
        while True:
            tally = await self._sent.tally(run.run_id)
            by = tally.by_outcome
            counts = replace(
                run.counts,
                accepted=by.get("accepted", 0),
                unchanged=by.get("unchanged", 0),
                rejected=run.counts.bad + by.get("rejected", 0),
                removed=tally.removed,
                commands=tally.answered + tally.unanswered,
                answered=tally.answered,
            )
            await save(replace(run, counts=counts))
            if tally.unanswered <= most:
                return counts
            quiet = answers.quiet_since(tally.answered)
            if monotonic() - quiet > GIVE_UP_SECONDS:
                raise RunFailed(
                    f"The catalog has not answered {tally.unanswered} of {counts.commands} products for an hour. What was "
                    "answered is applied. Run the feed again; if it fails again, ask an operator to look at the dead letters."
                )
            if monotonic() - max(quiet, since) > SEND_AGAIN_SECONDS:
                return None
            await asyncio.sleep(POLL_INTERVAL_SECONDS)

    async def _batches(self, run: Run, feed: Feed, staging: Staging) -> AsyncIterator[Batch]:
        async for products in products_of(staging):
            yield {
                Sent(product.product_id, product.skus[0].line, len(product.skus)): apply_command(
                    run, product, feed.terms.default_stock
                )
                for product in products
            }
        if feed.terms.mode == "full":
            async for product_ids in self._sent.open_removals(run.run_id):
                yield _delisting(run, product_ids)
            missing: list[str] = []
            async for product_id in self._shops.listed(run.mini_program_id):
                if not staging.has(product_id):
                    missing.append(product_id)
                if len(missing) == MAX_BATCH:
                    yield _delisting(run, missing)
                    missing = []
            if missing:
                yield _delisting(run, missing)


class _Answers:
    """Remembers when the last new outcome arrived."""

    def __init__(self) -> None:
        self._number = -1
        self._since = monotonic()

    def quiet_since(self, number: int) -> float:
        """When the number of outcomes became this, in seconds of `monotonic`."""
        if number != self._number:
            self._number, self._since = number, monotonic()
        return self._since


def _delisting(run: Run, product_ids: Sequence[str]) -> Batch:
    return {Sent(product_id, 0, 0): delist_command(run, product_id) for product_id in product_ids}
