"""Comparing a day with the provider's bill, for each merchant that collects, and keeping what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from payment.application.ports import BillNotYet, NoBill
from payment.application.providers import Providers
from payment.domain.days import day_of, end_of
from payment.domain.reconciliation import Difference, Movement, compare
from payment.domain.trade import Payee
from runtime.clock import Clock


class NotComeYet(Exception):
    """The day lies in the future."""


@dataclass(frozen=True, slots=True)
class Report:
    """One day of one collector; sums in fen. `provisional` when it was made before the day's end."""

    day: date
    collector: str
    at: datetime
    provisional: bool
    compared: int
    bill_total: int
    ledger_total: int
    differences: tuple[Difference, ...]


class Books(Protocol):
    """What our two records say."""

    def ledger_movements(self, day: date, collector: str) -> AsyncIterator[Movement]:
        """By the ledger."""
        ...

    def trade_movements(self, day: date, collector: str) -> AsyncIterator[Movement]:
        """By the trades."""
        ...


class Reports(Protocol):
    """Where reports are kept."""

    async def keep(self, reports: Sequence[Report]) -> None:
        """Keep them; a later one of the same day and collector takes the earlier one's place."""
        ...


class Reconciliation:
    """Compares days."""

    def __init__(self, providers: Providers, books: Books, reports: Reports, clock: Clock) -> None:
        self._providers = providers
        self._books = books
        self._reports = reports
        self._clock = clock

    async def run(self, day: date) -> list[Report]:
        """Compare the day for every collector and keep the reports.

        Raises NotComeYet, BillNotYet where money moved and the provider has not billed it yet, and ProviderAway when a
        bill cannot be had.
        """
        if day > day_of(self._clock()):
            raise NotComeYet(f"{day} has not come yet in Beijing")
        reports = [await self._one(day, payee) for payee in self._providers.payees.values()]
        await self._reports.keep(reports)
        return reports

    async def _one(self, day: date, payee: Payee) -> Report:
        unbilled: BillNotYet | None = None
        try:
            bill = await self._providers.of(payee).bill(payee, day)
        except NoBill:  # a day without money moved
            bill = ()
        except BillNotYet as later:
            bill, unbilled = (), later
        ledger = [m async for m in self._books.ledger_movements(day, payee.collector)]
        trades = [m async for m in self._books.trade_movements(day, payee.collector)]
        if unbilled is not None and (ledger or trades):
            raise unbilled
        differences, compared = compare(bill, ledger, trades)
        now = self._clock()
        return Report(
            day=day,
            collector=payee.collector,
            at=now,
            provisional=now < end_of(day),
            compared=compared,
            bill_total=sum(movement.amount for movement in bill),
            ledger_total=sum(movement.amount for movement in ledger),
            differences=tuple(differences),
        )
