"""What owners and creators earned: their statements, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web

from contracts.api.common import Page
from contracts.api.settlements import (
    PeriodsQuery,
    PeriodView,
    StatementLine,
    StatementsPage,
    StatementsQuery,
    StatementView,
)
from payment.application.statements import Earner, Entry, Statements
from payment.application.statements import Page as Found
from payment.domain.ledger import Pending
from payment.domain.statements import By, PeriodTotals, Statement
from runtime.web.bodies import json_response, read_query
from runtime.web.csv_files import Cell, csv_response
from runtime.web.cursors import id_in, list_of, write_cursor
from runtime.web.problems import Problem
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import CREATOR, OWNER

CSV_COLUMNS = (
    "day",
    "mini_program_id",
    "posting_id",
    "kind",
    "order_id",
    "refund_id",
    "at",
    "amount_fen",
    "reference",
)
PERIOD_AMOUNTS = (
    "opening", "sales", "discount", "delivery_fee", "refunded", "commission", "at_owner", "earned", "reversed", "paid", "paid_out",
    "closing", "owed",
)  # fmt: skip
PERIOD_COLUMNS = (
    "period", "mini_program_id", *(f"{amount}_fen" for amount in PERIOD_AMOUNTS), "payments", "refunds",
)  # fmt: skip


class StatementRoutes:
    """`/v1/owner/settlements`, `/v1/owner/statements` and `/v1/creator/earnings`."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def routes(self) -> list[Route]:
        """No deadline: a CSV takes as long as it needs."""
        return [
            Route("GET", "/v1/owner/settlements", self.owner, scopes(OWNER), deadline=None),
            Route("GET", "/v1/owner/statements", self.periods, scopes(OWNER), deadline=None),
            Route("GET", "/v1/creator/earnings", self.creator, scopes(CREATOR), deadline=None),
        ]

    async def owner(self, request: web.Request) -> web.StreamResponse:
        """The owner's statements in all their mini programs."""
        query = read_query(request, StatementsQuery)
        owner = await self._statements.owner(str(principal_of(request).owner_id))
        if query.format == "csv":
            return await self._csv(request, query, owner)
        return json_response(await self._page(request, query, owner))

    async def creator(self, request: web.Request) -> web.StreamResponse:
        """The creator's statements in all mini programs."""
        query = read_query(request, StatementsQuery)
        creator = self._statements.creator(str(principal_of(request).creator_id))
        if query.format == "csv":
            return await self._csv(request, query, creator)
        return json_response(await self._page(request, query, creator))

    async def _page(self, request: web.Request, query: StatementsQuery, earner: Earner) -> StatementsPage:
        """Without a day, a page of statements; with one, all its statements and a page of their lines."""
        after = id_in(list_of(request), query.cursor)
        pending = await self._statements.pending(earner)
        if query.day is None:
            return _page_view(request, await self._statements.page(earner, after, query.limit), pending)
        return _page_view(
            request, await self._statements.page_of_day(earner, query.day, after, query.limit), pending
        )

    async def _csv(self, request: web.Request, query: StatementsQuery, earner: Earner) -> web.StreamResponse:
        if query.day is None:
            raise Problem(422, "invalid_content", "format=csv needs a day", errors=[("day", "is missing")])
        day = query.day
        portions = (
            [_csv_row(day, e) for e in entries] async for entries in self._statements.all_entries(earner, day)
        )
        return await csv_response(request, f"settlement-{day}.csv", CSV_COLUMNS, portions)

    async def periods(self, request: web.Request) -> web.StreamResponse:
        """The owner's statements by day or month."""
        query, owner_id = read_query(request, PeriodsQuery), str(principal_of(request).owner_id)
        by, days = By(query.by), (query.first, query.last)
        if query.format == "csv":
            portions = (
                [_period_row(p) for p in found]
                async for found in self._statements.all_periods(owner_id, by, days)
            )
            return await csv_response(request, f"statements-by-{by}.csv", PERIOD_COLUMNS, portions)
        before = id_in(list_of(request), query.cursor)
        found, last = await self._statements.periods(owner_id, by, days, before, query.limit)
        items = [_period_view(period) for period in found]
        return json_response(
            Page[PeriodView](items=items, next_cursor=write_cursor(list_of(request), last) if last else None)
        )


def _period_view(totals: PeriodTotals) -> PeriodView:
    sums = asdict(totals)
    return PeriodView(**sums.pop("turnover"), **sums, closing=totals.closing, owed=totals.owed)


def _period_row(totals: PeriodTotals) -> Sequence[Cell]:
    view = _period_view(totals)
    amounts = (getattr(view, amount) for amount in PERIOD_AMOUNTS)
    return (view.period, view.mini_program_id, *amounts, view.payments, view.refunds)


def _page_view(request: web.Request, page: Found, pending: Pending) -> StatementsPage:
    return StatementsPage(
        items=[_statement_view(statement) for statement in page.statements],
        lines=[_line_view(entry) for entry in page.entries] if page.entries is not None else None,
        next_cursor=write_cursor(list_of(request), page.last) if page.last is not None else None,
        pending=pending.earned,
        awaiting_receipt=pending.awaiting_receipt,
    )


def _statement_view(statement: Statement) -> StatementView:
    totals = statement.totals
    return StatementView(
        day=statement.day,
        mini_program_id=totals.mini_program_id,
        payee=statement.payee,
        payee_kind=statement.payee_kind,
        opening=statement.opening,
        earned=totals.earned,
        reversed=totals.reversed,
        paid_out=statement.paid_out,
        closing=statement.closing,
        owed=statement.owed,
        payments=totals.payments,
        refunds=totals.refunds,
        payout_id=statement.payout_id,
        paid=totals.paid,
        **asdict(totals.turnover),
    )


def _line_view(entry: Entry) -> StatementLine:
    posting = entry.posting
    return StatementLine(
        posting_id=posting.id,
        kind=posting.kind.value,
        order_id=posting.order_id,
        refund_id=posting.refund_id,
        reference=posting.reference,
        at=posting.at,
        amount=entry.amount,
    )


def _csv_row(day: str, entry: Entry) -> Sequence[Cell]:
    posting = entry.posting
    return (
        day, posting.mini_program_id, posting.id, posting.kind.value, posting.order_id or "", posting.refund_id or "",
        posting.at.isoformat(), entry.amount, posting.reference or "",
    )  # fmt: skip
