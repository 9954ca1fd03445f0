"""What operators settle, reconcile and look into."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from contracts.api.settlements import ReconciliationReport, ReconciliationView, SettlementView
from payment.adapters.mongo_books import MongoBooks
from payment.adapters.mongo_reports import MongoReports
from payment.adapters.mongo_settlements import MongoDayBook
from payment.application.ports import BillNotYet, ProviderAway
from payment.application.reconciliation import NotComeYet, Reconciliation
from payment.application.settlement import NotYet, Settlement
from payment.domain import ledger
from runtime.mongo.client import Document
from runtime.web.bodies import json_response
from runtime.web.problems import Problem, not_found, unavailable
from runtime.web.routes import Route, scopes
from runtime.web.tokens import OPS

BILL_AGAIN_SECONDS = 1800


class OperationRoutes:
    """`/v1/ops/settlements`, `/v1/ops/reconciliations`, `/v1/ops/ledger`."""

    def __init__(
        self,
        book: MongoDayBook,
        books: MongoBooks,
        settlement: Settlement,
        reconciliation: Reconciliation,
        reports: MongoReports,
    ) -> None:
        self._book = book
        self._books = books
        self._settlement = settlement
        self._reconciliation = reconciliation
        self._reports = reports

    def routes(self) -> list[Route]:
        """The calls; those that walk a whole day may take as long as they need."""
        return [
            Route("GET", "/v1/ops/settlements/{day}", self.settled, scopes(OPS)),
            Route("POST", "/v1/ops/settlements/{day}", self.settle, scopes(OPS), deadline=None),
            Route("GET", "/v1/ops/reconciliations/{day}", self.reconciled, scopes(OPS)),
            Route("POST", "/v1/ops/reconciliations/{day}", self.reconcile, scopes(OPS), deadline=None),
            Route("GET", "/v1/ops/ledger", self.balances, scopes(OPS)),
        ]

    async def settled(self, request: web.Request) -> web.Response:
        """How far a day's settlement is."""
        found = await self._book.summary(_day(request))
        if found is None:
            raise not_found("a settlement of that day")
        return json_response(_settlement(found))

    async def settle(self, request: web.Request) -> web.Response:
        """Settle a day now; one that is settled stays as it is."""
        day = _day(request)
        try:
            await self._settlement.run(day)
        except NotYet as why:
            raise Problem(409, "not_yet", str(why), retry_after=5) from None
        return await self.settled(request)

    async def reconciled(self, request: web.Request) -> web.Response:
        """The stored comparison of a day."""
        day = _day(request)
        found = await self._reports.of_day(day)
        if not found:
            raise not_found("a reconciliation of that day")
        return json_response(_report(day, found))

    async def reconcile(self, request: web.Request) -> web.Response:
        """Compare a day with the providers' bills now, and keep the report; `provisional` before the day's end."""
        day = _day(request)
        try:
            await self._reconciliation.run(day)
        except NotComeYet as why:
            raise Problem(422, "invalid_content", str(why), errors=[("day", "lies in the future")]) from None
        except BillNotYet as why:
            raise Problem(409, "not_yet", str(why), retry_after=BILL_AGAIN_SECONDS) from None
        except ProviderAway as away:
            raise unavailable(str(away)) from None
        return await self.reconciled(request)

    async def balances(self, request: web.Request) -> web.Response:
        """Every account's balance in fen, debits above zero; `sum` is zero."""
        balances = await self._books.balances()
        return json_response(
            {"currency": ledger.CURRENCY, "balances": balances, "sum": sum(balances.values())}
        )


def _day(request: web.Request) -> date:
    try:
        return date.fromisoformat(request.match_info["day"])
    except ValueError:
        raise Problem(
            422, "invalid_content", "the day is not a date", errors=[("day", "write it as 2026-11-22")]
        ) from None


def _settlement(document: Document) -> SettlementView:
    return SettlementView(
        day=document["_id"],
        state="closed" if document["state"] == "closed" else "open",
        statements=document.get("statements", 0),
        paid_out=document.get("paid_out", 0),
        platform=document.get("platform", 0),
        closed_at=document.get("closed_at"),
    )


def _report(day: date, documents: list[Document]) -> ReconciliationReport:
    items = [ReconciliationView.model_validate(document) for document in documents]
    return ReconciliationReport(
        day=day.isoformat(), clean=not any(item.differences for item in items), items=items
    )
