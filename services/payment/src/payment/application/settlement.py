"""Settles business days: every posting is in exactly one statement, every payee is paid once.

A day goes through three states, each stored before the next step (`DayState`). Everything after `claimed` follows from the
claimed postings alone, so an interrupted run is simply repeated. A posting that arrives after its day was claimed goes into
the next statement.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from payment.application.contracts_out import payout_settled
from payment.application.ports import Lease, Ledger, Owners, Payouts, Settlements, TradeQueries
from payment.domain import ledger
from payment.domain.days import day_of, end_of
from payment.domain.errors import DayNotReady
from payment.domain.statements import DayState, SettlementDay, Statement, Totals
from runtime.clock import Clock
from runtime.outbox.changes import Change

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 60.0
"""How late after its waiting time a day may be settled."""


class Settlement:
    """Settles days. `wait` is how long after midnight a day counts as complete."""

    def __init__(
        self,
        settlements: Settlements,
        payouts: Payouts,
        trades: TradeQueries,
        postings: Ledger,
        owners: Owners,
        lease: Lease,
        clock: Clock,
        wait: timedelta,
    ) -> None:
        self._settlements = settlements
        self._payouts = payouts
        self._trades = trades
        self._ledger = postings
        self._owners = owners
        self._lease = lease
        self._clock = clock
        self._wait = wait

    def last_complete_day(self) -> date:
        """The last day that can be settled now."""
        return day_of(self._clock() - self._wait) - timedelta(days=1)

    async def day(self, day: date) -> SettlementDay | None:
        """How far a day's settlement is; None when it has not begun."""
        return await self._settlements.get(day)

    async def run(self, day: date) -> None:
        """Settle the day, and before it every earlier one with postings left; a settled day stays as it is.

        Raises DayNotReady for a day that is not over, a ledger that lags behind, an unknown owner, or another run.
        """
        if self._clock() < end_of(day) + self._wait:
            raise DayNotReady(f"{day} is not over, or was only a moment ago")
        if not await self._lease.acquire():
            raise DayNotReady("another settlement is running")
        try:
            for each in sorted({*await self._ledger.unclaimed_days(day), day}):
                await self._settle(each)
        finally:
            await self._lease.release()

    async def _settle(self, day: date) -> None:
        found = await self._settlements.get(day)
        if found is not None and found.state is DayState.CLOSED:
            return
        if found is None or found.state is DayState.OPEN:
            await self._claim(day)
        statements = await self._statements(day)
        await self._settlements.add(
            statements
        )  # first: a payout without its statement could not be explained
        await self._pay_out(statements)
        sums = {
            "statements": len(statements),
            "paid_out": sum(statement.paid_out for statement in statements),
            "platform": await self._ledger.platform(day),
        }
        await self._settlements.put(SettlementDay(day, DayState.CLOSED, **sums, closed_at=self._clock()))
        log.info("a day is settled", extra={"day": day.isoformat(), **sums})

    async def _claim(self, day: date) -> None:
        """Fix which postings belong to the day."""
        moved = len([movement async for movement in self._trades.movements(day)])
        missing = moved - await self._ledger.count_order_postings(day)
        if missing > 0:
            raise DayNotReady(f"{missing} movements of {day} are not in the ledger yet")
        await self._settlements.begin(day, self._clock())
        await self._ledger.claim(day)
        await self._settlements.put(SettlementDay(day, DayState.CLAIMED))

    async def _statements(self, day: date) -> list[Statement]:
        owners, openings = await self._owners.all(), await self._settlements.openings(day)
        statements = []
        for totals in await self._ledger.totals(day):
            kind, payee = _payee(totals, owners)
            opening = openings.get((totals.mini_program_id, totals.account), 0)
            statements.append(Statement(day.isoformat(), payee, kind, opening, totals))
        return statements

    async def _pay_out(self, statements: Sequence[Statement]) -> None:
        now = self._clock()
        payouts = [
            Change(payout, [payout_settled(statement, payout)])
            for statement in statements
            if (payout := statement.payout(now)) is not None
        ]
        for outcome in await self._payouts.insert(payouts):
            if isinstance(outcome, Exception):
                raise outcome


def _payee(totals: Totals, owners: Mapping[str, str]) -> tuple[str, str]:
    """The kind and id of the payee behind an account."""
    if totals.account.startswith(ledger.CREATOR):
        return "creator", totals.account.removeprefix(ledger.CREATOR)
    try:
        return "owner", owners[totals.mini_program_id]
    except KeyError:
        raise DayNotReady(f"the owner of mini program {totals.mini_program_id} is not known yet") from None


async def settle_daily(settlement: Settlement) -> None:
    """Settle each day once it is complete; ends only by cancellation."""
    while True:
        try:
            await settlement.run(settlement.last_complete_day())
        except DayNotReady as reason:
            log.info("a day is not settled yet", extra={"why": str(reason)})
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
