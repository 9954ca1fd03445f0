"""What owners and creators earned: their statements, as JSON and as CSV."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from contracts.api.settlements import (
    EarningsPage,
    StatementLine,
    StatementsPage,
    StatementsQuery,
    StatementView,
)
from payment.adapters.mongo_books import MongoBooks
from payment.adapters.mongo_settlements import MongoDayBook
from payment.adapters.owners import Owners
from payment.domain import ledger
from runtime.mongo.client import Document
from runtime.web.bodies import json_response, read_query
from runtime.web.problems import Problem
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import CREATOR, OWNER

CSV_COLUMNS = ("day", "mini_program_id", "posting_id", "kind", "order_id", "refund_id", "at", "amount_fen")
LINES_AT_ONCE = 1_000
MOST_STATEMENTS = 10_000
"""Of one payee on one day: one for each mini program."""


class StatementRoutes:
    """`/v1/owner/settlements` and `/v1/creator/earnings`; a whole day's lines may take as long as they need."""

    def __init__(self, book: MongoDayBook, books: MongoBooks, owners: Owners) -> None:
        self._book = book
        self._books = books
        self._owners = owners

    def routes(self) -> list[Route]:
        """The two calls."""
        return [
            Route("GET", "/v1/owner/settlements", self.owner, scopes(OWNER), deadline=None),
            Route("GET", "/v1/creator/earnings", self.creator, scopes(CREATOR), deadline=None),
        ]

    async def owner(self, request: web.Request) -> web.StreamResponse:
        """The owner's statements over all its mini programs."""
        owner_id = str(principal_of(request).owner_id)
        query = read_query(request, StatementsQuery)
        mine = await self._owners.of(owner_id) if query.day is not None else []
        if query.format == "csv":
            return await self._csv(request, query, mine, None)
        return json_response(await self._page("owner", owner_id, query, mine, None))

    async def creator(self, request: web.Request) -> web.StreamResponse:
        """The creator's statements over all mini programs, and what is not in one yet."""
        creator_id = str(principal_of(request).creator_id)
        query = read_query(request, StatementsQuery)
        account = ledger.CREATOR + creator_id
        if query.format == "csv":
            return await self._csv(request, query, None, account)
        page = await self._page("creator", creator_id, query, None, account)
        return json_response(EarningsPage(**page.model_dump(), pending=await self._books.pending(account)))

    async def _page(
        self, kind: str, payee: str, query: StatementsQuery, mine: list[str] | None, account: str | None
    ) -> StatementsPage:
        """Without a day, statements are paged; with one, its lines are, and all its statements are given."""
        after = _read_cursor(query.cursor)
        if query.day is None:
            found = await self._book.statements(kind, payee, day=None, before=after, limit=query.limit + 1)
            items = [_statement(document) for document in found[: query.limit]]
            more = len(found) > query.limit
            return StatementsPage(
                items=items, next_cursor=_cursor(found[query.limit - 1]["_id"]) if more else None
            )
        found = await self._book.statements(kind, payee, day=query.day, before=None, limit=MOST_STATEMENTS)
        lines = await self._books.lines(query.day, mine, account, after, query.limit + 1)
        more = len(lines) > query.limit
        return StatementsPage(
            items=[_statement(document) for document in found],
            lines=[_line(document, account) for document in lines[: query.limit]],
            next_cursor=_cursor(lines[query.limit - 1]["_id"]) if more else None,
        )

    async def _csv(
        self, request: web.Request, query: StatementsQuery, mine: list[str] | None, account: str | None
    ) -> web.StreamResponse:
        if query.day is None:
            raise Problem(422, "invalid_content", "format=csv needs a day", errors=[("day", "is missing")])
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": f'attachment; filename="settlement-{query.day}.csv"',
            }
        )
        await response.prepare(request)
        await response.write(_csv_text([CSV_COLUMNS]))
        async for lines in self._all_lines(query.day, mine, account):
            rows = []
            for document in lines:
                line = _line(document, account)
                rows.append(
                    (
                        query.day, document["mini_program_id"], line.posting_id, line.kind, line.order_id,
                        line.refund_id or "", line.at.isoformat(), str(line.amount),
                    )
                )  # fmt: skip
            await response.write(_csv_text(rows))
        await response.write_eof()
        return response

    async def _all_lines(
        self, day: str, mine: list[str] | None, account: str | None
    ) -> AsyncIterator[list[Document]]:
        after = None
        while lines := await self._books.lines(day, mine, account, after, LINES_AT_ONCE):
            yield lines
            after = lines[-1]["_id"]


def _statement(document: Document) -> StatementView:
    return StatementView.model_validate(document)


def _line(document: Document, account: str | None) -> StatementLine:
    """What the posting means to its payee: a credit of the ledger is money earned."""
    wanted = account or ledger.OWNER + document["mini_program_id"]
    return StatementLine(
        posting_id=document["_id"],
        kind=document["kind"],
        order_id=document["order_id"],
        refund_id=document.get("refund_id"),
        at=document["at"],
        amount=-sum(leg["amount"] for leg in document["legs"] if leg["account"] == wanted),
    )


def _csv_text(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cursor(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _read_cursor(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Problem(
            422,
            "invalid_content",
            "the cursor is not one of ours",
            errors=[("cursor", "take it from next_cursor")],
        ) from None
