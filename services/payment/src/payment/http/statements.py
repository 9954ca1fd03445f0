"""What owners and creators earned: their statements, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from aiohttp import web

from contracts.api.settlements import (
    StatementLine,
    StatementsPage,
    StatementsQuery,
    StatementView,
)
from payment.application.statements import Earner, Entry, Page, Statements
from payment.domain.ledger import Pending
from payment.domain.statements import Statement
from runtime.web.bodies import json_response, read_query
from runtime.web.cursors import read_cursor, write_cursor
from runtime.web.problems import Problem
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import CREATOR, OWNER

CSV_COLUMNS = ("day", "mini_program_id", "posting_id", "kind", "order_id", "refund_id", "at", "amount_fen")


class StatementRoutes:
    """`/v1/owner/settlements` and `/v1/creator/earnings`."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def routes(self) -> list[Route]:
        """No deadline: a day's CSV takes as long as it needs."""
        return [
            Route("GET", "/v1/owner/settlements", self.owner, scopes(OWNER), deadline=None),
            Route("GET", "/v1/creator/earnings", self.creator, scopes(CREATOR), deadline=None),
        ]

    async def owner(self, request: web.Request) -> web.StreamResponse:
        """The owner's statements in all their mini programs."""
        query = read_query(request, StatementsQuery)
        owner = await self._statements.owner(str(principal_of(request).owner_id))
        if query.format == "csv":
            return await self._csv(request, query, owner)
        return json_response(await self._page(query, owner))

    async def creator(self, request: web.Request) -> web.StreamResponse:
        """The creator's statements in all mini programs."""
        query = read_query(request, StatementsQuery)
        creator = self._statements.creator(str(principal_of(request).creator_id))
        if query.format == "csv":
            return await self._csv(request, query, creator)
        return json_response(await self._page(query, creator))

    async def _page(self, query: StatementsQuery, earner: Earner) -> StatementsPage:
        """Without a day, a page of statements; with one, all its statements and a page of their lines."""
        after = read_cursor(query.cursor, str)[0] if query.cursor is not None else None
        pending = await self._statements.pending(earner)
        if query.day is None:
            return _page_view(await self._statements.page(earner, after, query.limit), pending)
        return _page_view(await self._statements.page_of_day(earner, query.day, after, query.limit), pending)

    async def _csv(self, request: web.Request, query: StatementsQuery, earner: Earner) -> web.StreamResponse:
        if query.day is None:
            raise Problem(422, "invalid_content", "format=csv needs a day", errors=[("day", "is missing")])
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": f'attachment; filename="settlement-{query.day}.csv"',
            }
        )
        if request.method == "HEAD":
            return response
        await response.prepare(request)
        await response.write(_csv_text([CSV_COLUMNS]))
        async for entries in self._statements.all_entries(earner, query.day):
            await response.write(_csv_text([_csv_row(query.day, entry) for entry in entries]))
        await response.write_eof()
        return response


def _page_view(page: Page, pending: Pending) -> StatementsPage:
    return StatementsPage(
        items=[_statement_view(statement) for statement in page.statements],
        lines=[_line_view(entry) for entry in page.entries] if page.entries is not None else None,
        next_cursor=write_cursor(page.last) if page.last is not None else None,
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
    )


def _line_view(entry: Entry) -> StatementLine:
    posting = entry.posting
    return StatementLine(
        posting_id=posting.id,
        kind=posting.kind.value,
        order_id=posting.order_id,
        refund_id=posting.refund_id,
        at=posting.at,
        amount=entry.amount,
    )


def _csv_row(day: str, entry: Entry) -> Sequence[str]:
    posting = entry.posting
    return (
        day, posting.mini_program_id, posting.id, posting.kind.value, posting.order_id or "", posting.refund_id or "",
        posting.at.isoformat(), str(entry.amount),
    )  # fmt: skip


def _csv_text(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
