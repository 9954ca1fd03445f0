"""Compares a day with the provider's bill, for each merchant that collects, and keeps the report."""

from __future__ import annotations

from datetime import date

from payment.application.ports import Ledger, Reports, TradeQueries
from payment.application.providers import Providers
from payment.domain.days import day_of, end_of
from payment.domain.errors import BillNotReady, FutureDay, NoBill
from payment.domain.reconciliation import Report, compare
from payment.domain.trade import Collector
from runtime.clock import Clock


class Reconciliation:
    """Compares days."""

    def __init__(
        self, providers: Providers, trades: TradeQueries, ledger: Ledger, reports: Reports, clock: Clock
    ) -> None:
        self._providers = providers
        self._trades = trades
        self._ledger = ledger
        self._reports = reports
        self._clock = clock

    async def run(self, day: date) -> list[Report]:
        """Compare the day for every collector and keep the reports.

        Raises FutureDay, BillNotReady when money moved and the provider has not billed it yet, and ProviderUnavailable.
        """
        if day > day_of(self._clock()):
            raise FutureDay(f"{day} has not come yet in Beijing")
        reports = [await self._compare(day, c) for c in self._providers.billed()]
        await self._reports.keep(reports)
        return reports

    async def reports(self, day: date) -> list[Report]:
        """The stored reports of a day."""
        return await self._reports.of_day(day)

    async def _compare(self, day: date, collector: Collector) -> Report:
        not_ready: BillNotReady | None = None
        try:
            bill = await self._providers.behind(collector).bill(collector, day)
        except NoBill:  # no money moved that day
            bill = ()
        except BillNotReady as error:
            bill, not_ready = (), error
        ledger = [movement async for movement in self._ledger.movements(day, collector.name)]
        trades = [movement async for movement in self._trades.movements(day, collector.name)]
        if not_ready is not None and (ledger or trades):
            raise not_ready
        differences, compared = compare(bill, ledger, trades)
        now = self._clock()
        return Report(
            day=day,
            collector=collector.name,
            at=now,
            provisional=now < end_of(day),
            compared=compared,
            bill_total=sum(movement.amount for movement in bill),
            ledger_total=sum(movement.amount for movement in ledger),
            differences=tuple(differences),
        )
