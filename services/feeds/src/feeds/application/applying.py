"""A checked feed is sent to the catalog, product by product, and its answers are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic

from contracts.feeds import FeedCommand
from feeds.application.checking import AT_ONCE, products_of
from feeds.application.contracts_out import apply_command, delist_command
from feeds.application.ports import Commands, Ledger, Sent, Shops
from feeds.domain.errors import RunFailed
from feeds.domain.feed import Feed
from feeds.domain.run import Counts, Run
from product_feeds.staging import Staging

MAX_UNANSWERED = 4_000
"""Commands under way: enough to keep catalog busy, few enough that a crash repeats little."""
LOOK_SECONDS = 0.5
SEND_AGAIN_SECONDS = 60.0
"""After this long without an answer, what is unanswered is sent again."""
GIVE_UP_SECONDS = 3600.0
"""After this long without an answer, the run ends: others of its mini program wait."""
Save = Callable[[Run], Awaitable[Run]]
Portion = Mapping[Sent, FeedCommand]


class ApplyFeed:
    """Sends what has no outcome yet, so that it may be called again after a crash."""

    def __init__(self, shops: Shops, ledger: Ledger, commands: Commands) -> None:
        self._shops = shops
        self._ledger = ledger
        self._commands = commands

    async def __call__(self, run: Run, feed: Feed, staging: Staging, save: Save) -> Counts:
        """The counts, once every command is answered. `save` stores the progress, and raises if the run has ended.

        Raises RunFailed if the catalog answers nothing for an hour.
        """
        answers = _Answers()
        while True:
            await self._send(run, feed, staging, save, answers)
            counts = await self._await(run, 0, save, answers)
            if counts is not None:
                return counts

    async def _send(self, run: Run, feed: Feed, staging: Staging, save: Save, answers: _Answers) -> None:
        """Send every command without an outcome."""
        async for portion in self._portions(run, feed, staging):
            open_products = await self._ledger.add_sent(run.run_id, list(portion))
            wanted = [command for sent, command in portion.items() if sent.product_id in open_products]
            if wanted:
                await self._commands.publish(wanted)
            await self._await(run, MAX_UNANSWERED, save, answers)

    async def _await(self, run: Run, most: int, save: Save, answers: _Answers) -> Counts | None:
        """The counts once at most `most` commands are unanswered; None if no answer has come for a while.

        What is unanswered is counted in the ledger: after a crash, fewer commands are sent than have outcomes.
        """
        since = monotonic()
        while True:
            tally = await self._ledger.tally(run.run_id)
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
            await asyncio.sleep(LOOK_SECONDS)

    async def _portions(self, run: Run, feed: Feed, staging: Staging) -> AsyncIterator[Portion]:
        async for products in products_of(staging):
            yield {
                Sent(product.product_id, product.skus[0].line, len(product.skus)): apply_command(
                    run, product, feed.terms.default_stock
                )
                for product in products
            }
        if feed.terms.mode == "full":
            async for product_ids in self._ledger.open_removals(run.run_id):
                yield _delisting(run, product_ids)
            missing: list[str] = []
            async for product_id in self._shops.listed(run.mini_program_id):
                if not staging.has(product_id):
                    missing.append(product_id)
                if len(missing) == AT_ONCE:
                    yield _delisting(run, missing)
                    missing = []
            if missing:
                yield _delisting(run, missing)


class _Answers:
    """Remembers when the last new answer came."""

    def __init__(self) -> None:
        self._number = -1
        self._since = monotonic()

    def quiet_since(self, number: int) -> float:
        """When the answers became so many, in seconds of `monotonic`."""
        if number != self._number:
            self._number, self._since = number, monotonic()
        return self._since


def _delisting(run: Run, product_ids: Sequence[str]) -> Portion:
    return {Sent(product_id, 0, 0): delist_command(run, product_id) for product_id in product_ids}
