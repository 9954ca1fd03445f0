"""Settles business days: every posting is in exactly one statement, every payee is paid once.

A day goes through three states, each stored before the next step (`DayState`). Everything after `claimed` follows from the
claimed postings alone, and each write has a natural id or is guarded by the state. So an interrupted run is simply repeated, and
two runs at the same time do no harm. A posting that arrives after its day was claimed goes into the next statement.

A day that cannot be settled stops no other: it is passed over, named by `StalledSettlements`, and tried again in each run.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from payment.application.contracts_out import payout_settled
from payment.application.ports import Lease, Ledger, Owners, TradeQueries
from payment.application.settlement_ports import Payouts, Settlements
from payment.domain import ledger
from payment.domain.days import day_of, end_of
from payment.domain.errors import DayNotReady
from payment.domain.statements import DayState, Reason, SetAside, SettlementDay, Statement, Totals
from runtime.clock import Clock
from runtime.errors import is_unavailable, redacted
from runtime.outbox.changes import Change
from runtime.tasks import end

log = logging.getLogger(__name__)

MAX_LAG = timedelta(hours=1)
"""How long a day waits for postings and owners that are missing, before it is settled without them."""
MAX_NAMED = 100
"""Records that a day's report names."""
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

        A day that fails is passed over, unless a dependency is unavailable. Raises DayNotReady for a day that is not over or
        fails, a ledger that lags behind, an unknown owner, or another run.
        """
        if self._clock() < end_of(day) + self._wait:
            raise DayNotReady(f"{day} is not over, or was only a moment ago")
        if not await self._lease.acquire():
            raise DayNotReady("another settlement is running")
        renewing = asyncio.create_task(self._renew_lease())
        failed: dict[date, Exception] = {}
        try:
            while (begun := await self._begun(day, but=failed)) is not None:
                try:
                    await self._settle(begun)
                except Exception as error:
                    if _passes(error, begun):
                        raise
                    log.exception("a day cannot be settled", extra={"day": begun.day.isoformat()})
                    failed[begun.day] = error
        finally:
            await end(renewing)
            await self._lease.release()
        if day in failed:
            raise DayNotReady(f"{day} cannot be settled: {redacted(failed[day])}") from failed[day]

    async def unsettled(self) -> list[SettlementDay]:
        """The days that were begun and are not closed, in the order of their numbers."""
        return await self._settlements.unsettled()

    async def _renew_lease(self) -> None:
        """Two runs at once do no harm, so a run whose lease is lost goes on."""
        while True:
            await asyncio.sleep(self._lease.length.total_seconds() / 3)
            await self._lease.acquire()

    async def _begun(self, until: date, *, but: Collection[date]) -> SettlementDay | None:
        """The day to settle next: one that was begun, or else a new one, and none of `but`. None when nothing is left."""
        while True:
            for unsettled in await self._settlements.unsettled():
                if unsettled.day not in but:
                    return unsettled
            latest = await self._settlements.latest()
            number = latest.number + 1 if latest is not None else 1
            for day in sorted({*await self._ledger.unclaimed_days(until), until}):
                if await self._settlements.get(day) is None:
                    begun = SettlementDay(day, DayState.OPEN, number, self._clock())
                    break
            else:
                return None
            if await self._settlements.begin(begun):
                return begun

    async def _settle(self, begun: SettlementDay) -> None:
        day = begun.day
        if begun.state is DayState.OPEN:
            await self._claim(begun)
        begun = await self._numbered_last(begun)
        await self._settlements.add(await self._statements(begun))
        statements = await self._settlements.of_day(day)  # of two runs, the first one's statements count
        await self._pay_out(statements)  # a payout without its statement could not be explained
        closed = replace(
            begun,
            state=DayState.CLOSED,
            statements=len(statements),
            paid_out=sum(statement.paid_out for statement in statements),
            platform=await self._ledger.platform(day),
            closed_at=self._clock(),
        )
        await self._settlements.advance(closed)
        sums = {name: getattr(closed, name) for name in ("statements", "paid_out", "platform")}
        log.info("a day is settled", extra={"day": day.isoformat(), **sums})

    async def _numbered_last(self, begun: SettlementDay) -> SettlementDay:
        """The balances of an account follow from one another by number, so a day that was passed over comes after the others."""
        latest = await self._settlements.latest()
        if latest is None or latest.number <= begun.number:
            return begun
        return await self._settlements.renumber(begun, latest.number + 1)

    async def _claim(self, begun: SettlementDay) -> None:
        """Fix which postings belong to the day. What has lagged for too long is set aside for a later day."""
        owners = await self._owners.all()
        unknown = sorted(await self._ledger.unclaimed_mini_programs(begun.day) - owners.keys())
        posted = await self._ledger.moved(begun.day)
        lagging = [SetAside(Reason.UNKNOWN_OWNER, mini_program_id) for mini_program_id in unknown]
        lagging += [
            SetAside(Reason.NOT_POSTED, order_id=moved.order_id, refund_id=moved.refund_id)
            async for moved in self._trades.movements(begun.day)
            if (moved.order_id, moved.refund_id) not in posted
        ]
        # a start that lies ahead was stamped by a clock that was wrong: it gives no reason to wait
        if lagging and timedelta(0) <= self._clock() - begun.opened_at < MAX_LAG:
            raise DayNotReady(f"{len(lagging)} records of {begun.day} are missing: {_named(lagging[0])}")
        if lagging:
            log.error("records are set aside", extra={"day": str(begun.day), "records": len(lagging)})
        await self._ledger.claim(begun.day, but=unknown)
        claimed = replace(begun, state=DayState.CLAIMED, set_aside=tuple(lagging[:MAX_NAMED]))
        await self._settlements.advance(claimed)

    async def _statements(self, begun: SettlementDay) -> list[Statement]:
        owners, openings = await self._owners.all(), await self._settlements.openings(begun.day)
        statements = []
        for totals in await self._ledger.totals(begun.day):
            kind, payee = _payee(totals, owners)
            opening = openings.get((totals.mini_program_id, totals.account), 0)
            statements.append(Statement(begun.day.isoformat(), begun.number, payee, kind, opening, totals))
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


def _passes(error: Exception, begun: SettlementDay) -> bool:
    """Whether waiting helps: a dependency is unavailable, or a new day is not ready, which lasts MAX_LAG at most."""
    return is_unavailable(error) or (isinstance(error, DayNotReady) and begun.state is DayState.OPEN)


def _named(record: SetAside) -> str:
    """For the reason why a day has to wait."""
    if record.reason is Reason.UNKNOWN_OWNER:
        return f"the owner of mini program {record.mini_program_id}"
    refund = f", refund {record.refund_id}" if record.refund_id else ""
    return f"the posting of order {record.order_id}{refund}"


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
            log.info("a day is not settled yet", extra={"why": redacted(reason)})
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
