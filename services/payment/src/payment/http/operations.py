"""Settlement, reconciliation and the ledger's balances, for operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from aiohttp import web

from contracts.api.settlements import (
    Difference,
    ReconciliationReport,
    ReconciliationView,
    SetAside,
    SettlementView,
)
from payment.application.bookkeeping import Bookkeeping
from payment.application.reconciliation import Reconciliation
from payment.application.settlement import Settlement
from payment.domain.ledger import CURRENCY
from payment.domain.reconciliation import Report
from payment.domain.statements import DayState, SettlementDay
from runtime.web.bodies import json_response
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, OPS


class OperationRoutes:
    """`/v1/ops/settlements`, `/v1/ops/reconciliations`, `/v1/ops/ledger`."""

    def __init__(
        self, settlement: Settlement, reconciliation: Reconciliation, bookkeeping: Bookkeeping
    ) -> None:
        self._settlement = settlement
        self._reconciliation = reconciliation
        self._bookkeeping = bookkeeping

    def routes(self) -> list[Route]:
        """Calls that read a whole day have no deadline."""
        return [
            Route("GET", "/v1/ops/settlements/{day}", self.get_settlement, scopes(OPS)),
            Route(
                "POST",
                "/v1/ops/settlements/{day}",
                self.settle,
                scopes(OPS),
                deadline=None,
                roles=roles(FINANCE),
            ),
            Route("GET", "/v1/ops/reconciliations/{day}", self.get_reconciliation, scopes(OPS)),
            Route(
                "POST",
                "/v1/ops/reconciliations/{day}",
                self.reconcile,
                scopes(OPS),
                deadline=None,
                roles=roles(FINANCE),
            ),
            Route("GET", "/v1/ops/ledger", self.balances, scopes(OPS)),
        ]

    async def get_settlement(self, request: web.Request) -> web.Response:
        """How far a day's settlement is."""
        found = await self._settlement.day(_day(request))
        if found is None:
            raise not_found("a settlement of that day")
        return json_response(_settlement_view(found))

    async def settle(self, request: web.Request) -> web.Response:
        """Settle a day now; a settled day stays as it is."""
        await self._settlement.run(_day(request))
        return await self.get_settlement(request)

    async def get_reconciliation(self, request: web.Request) -> web.Response:
        """The stored comparison of a day."""
        day = _day(request)
        reports = await self._reconciliation.reports(day)
        if not reports:
            raise not_found("a reconciliation of that day")
        return json_response(_reconciliation_view(day, reports))

    async def reconcile(self, request: web.Request) -> web.Response:
        """Compare a day with the providers' bills now, and keep the report; `provisional` before the day's end."""
        await self._reconciliation.run(_day(request))
        return await self.get_reconciliation(request)

    async def balances(self, request: web.Request) -> web.Response:
        """The balance of every account in fen, debits positive; `sum` is zero."""
        balances = await self._bookkeeping.balances()
        return json_response({"currency": CURRENCY, "balances": balances, "sum": sum(balances.values())})


def _day(request: web.Request) -> date:
    try:
        return date.fromisoformat(request.match_info["day"])
    except ValueError:
        raise Problem(
            422, "invalid_content", "the day is not a date", errors=[("day", "write it as 2026-11-22")]
        ) from None


def _settlement_view(settled: SettlementDay) -> SettlementView:
    return SettlementView(
        day=settled.day.isoformat(),
        state="closed" if settled.state is DayState.CLOSED else "open",
        set_aside=[SetAside(**asdict(record)) for record in settled.set_aside],
        statements=settled.statements,
        paid_out=settled.paid_out,
        platform=settled.platform,
        closed_at=settled.closed_at,
    )


def _reconciliation_view(day: date, reports: Sequence[Report]) -> ReconciliationReport:
    items = [
        ReconciliationView(
            day=report.day.isoformat(),
            collector=report.collector,
            at=report.at,
            provisional=report.provisional,
            compared=report.compared,
            bill_total=report.bill_total,
            ledger_total=report.ledger_total,
            differences=[Difference(**asdict(difference)) for difference in report.differences],
        )
        for report in reports
    ]
    return ReconciliationReport(
        day=day.isoformat(), clean=not any(item.differences for item in items), items=items
    )
