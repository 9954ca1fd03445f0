"""Settling a business day: every posting gets into exactly one statement, every payee is paid once.

A day goes through three states, each stored before the next step: `open` (postings are being taken into it), `claimed`
(what it holds is final) and `closed`. What comes after `claimed` follows from the claimed postings alone, so a run that was
interrupted is simply run again. A posting that comes late for a day that is claimed goes into the next one's statement.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from payment.domain import ledger
from payment.domain.days import day_of, end_of
from payment.domain.statements import Statement, Totals
from runtime.clock import Clock
from runtime.mongo.lease import Lease

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 60.0
CLAIMED, CLOSED = "claimed", "closed"


class NotYet(Exception):
    """The day cannot be settled now; the text says why."""


class DayBook(Protocol):
    """Settled days, their statements and payouts."""

    async def state(self, day: date) -> str | None:
        """How far the day's settlement is; None when it has not begun."""
        ...

    async def begin(self, day: date) -> None:
        """Open the day, unless it is."""
        ...

    async def set_state(self, day: date, state: str, summary: Mapping[str, Any]) -> None:
        """Store how far it is."""
        ...

    async def openings(self, day: date) -> dict[tuple[str, str], int]:
        """What earlier statements carry on, by mini program and account."""
        ...

    async def write(self, statements: Sequence[Statement]) -> None:
        """Store the statements and, with their events, the payouts; those already there stay."""
        ...


class Books(Protocol):
    """What settlement asks of trades and ledger."""

    async def unposted(self, day: date) -> int:
        """How many movements of the day have no posting yet."""
        ...

    async def unclaimed_days(self, until: date) -> list[date]:
        """Days up to and with `until` whose postings are in no statement."""
        ...

    async def claim(self, day: date) -> None:
        """Take every posting up to and with the day that is in no statement into the day's."""
        ...

    async def totals(self, day: date) -> list[Totals]:
        """The day's claimed postings, summed up for each payee."""
        ...

    async def platform(self, day: date) -> int:
        """The platform's commission in the day's claimed postings, in fen."""
        ...


class Owners(Protocol):
    """Who owns what."""

    async def all(self) -> dict[str, str]:
        """The owner by mini program."""
        ...


class Settlement:
    """Settles days. `wait` is how long after midnight a day counts as complete."""

    def __init__(
        self, book: DayBook, books: Books, owners: Owners, lease: Lease, clock: Clock, wait: timedelta
    ) -> None:
        self._book = book
        self._books = books
        self._owners = owners
        self._lease = lease
        self._clock = clock
        self._wait = wait

    def last_over(self) -> date:
        """The last day that can be settled now."""
        return day_of(self._clock() - self._wait) - timedelta(days=1)

    async def run(self, day: date) -> None:
        """Settle the day, and before it every earlier one with postings left; a settled day stays as it is.

        Raises NotYet for a day that is not over, a ledger that lags behind, an owner that is unknown, or another run.
        """
        if self._clock() < end_of(day) + self._wait:
            raise NotYet(f"{day} is not over, or was only a moment ago")
        if not await self._lease.acquire():
            raise NotYet("another settlement is running")
        try:
            for each in sorted({*await self._books.unclaimed_days(day), day}):
                await self._settle(each)
        finally:
            await self._lease.release()

    async def _settle(self, day: date) -> None:
        state = await self._book.state(day)
        if state == CLOSED:
            return
        if state != CLAIMED:
            if missing := await self._books.unposted(day):
                raise NotYet(f"{missing} movements of {day} are not in the ledger yet")
            await self._book.begin(day)
            await self._books.claim(day)
            await self._book.set_state(day, CLAIMED, {})
        statements = await self._statements(day)
        await self._book.write(statements)
        summary = {
            "statements": len(statements),
            "paid_out": sum(statement.paid_out for statement in statements),
            "platform": await self._books.platform(day),
            "closed_at": self._clock(),
        }
        await self._book.set_state(day, CLOSED, summary)
        log.info("a day is settled", extra={"day": day.isoformat(), **summary})

    async def _statements(self, day: date) -> list[Statement]:
        owners, openings = await self._owners.all(), await self._book.openings(day)
        statements = []
        for totals in await self._books.totals(day):
            kind, payee = _payee(totals, owners)
            opening = openings.get((totals.mini_program_id, totals.account), 0)
            statements.append(Statement(day.isoformat(), payee, kind, opening, totals))
        return statements


def _payee(totals: Totals, owners: Mapping[str, str]) -> tuple[str, str]:
    if totals.account.startswith(ledger.CREATOR):
        return "creator", totals.account.removeprefix(ledger.CREATOR)
    try:
        return "owner", owners[totals.mini_program_id]
    except KeyError:
        raise NotYet(f"the owner of mini program {totals.mini_program_id} is not known yet") from None


async def settle_daily(settlement: Settlement) -> None:
    """Settle each day once it is over, for ever."""
    while True:
        try:
            await settlement.run(settlement.last_over())
        except NotYet as why:
            log.info("a day is not settled yet", extra={"why": str(why)})
        await asyncio.sleep(LOOK_EVERY_SECONDS)
