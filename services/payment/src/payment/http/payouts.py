"""Payouts, for operators."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from contracts.api.common import Page
from contracts.api.payouts import PayoutFileQuery, PayoutSettlementRequest, PayoutsQuery, PayoutView
from contracts.money import yuan
from payment.application.payouts import PayoutDesk
from payment.domain.payouts import Payout, PayoutStatus
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.csv_files import Cell, csv_response
from runtime.web.idempotency import idempotency_key
from runtime.web.listing import asked_page, cursor_of
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, OPS

CSV_COLUMNS = (
    "payout_id", "day", "payee_kind", "payee", "mini_program_id", "amount_fen", "amount", "currency", "status", "reference",
)  # fmt: skip


class PayoutRoutes:
    """`/v1/ops/payouts`."""

    def __init__(self, desk: PayoutDesk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """No deadline for the file: it takes as long as it needs."""
        settlement = "/v1/ops/payouts/{payout_id}/settlement"
        return [
            Route("GET", "/v1/ops/payouts", self.list, scopes(OPS)),
            Route("GET", "/v1/ops/payouts.csv", self.file, scopes(OPS), deadline=None),
            Route("GET", "/v1/ops/payouts/{payout_id}", self.read, scopes(OPS)),
            Route("POST", settlement, self.settle, scopes(OPS), roles=roles(FINANCE)),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """The payouts of a status, the oldest first, or by their last change."""
        query = read_query(request, PayoutsQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        status = PayoutStatus(query.status) if query.status is not None else None
        found = await self._desk.page(status, asked, query.limit)
        items, next_cursor = found.each(_view).items, cursor_of(request, found.following)
        return json_response(Page[PayoutView](items=items, next_cursor=next_cursor))

    async def read(self, request: web.Request) -> web.Response:
        """One payout."""
        return json_response(_view(await self._desk.get(request.match_info["payout_id"])))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A day's payouts as a file for the bank."""
        day = read_query(request, PayoutFileQuery).day
        portions = ([_row(payout) for payout in found] async for found in self._desk.of_day(day))
        return await csv_response(request, f"payouts-{day}.csv", CSV_COLUMNS, portions)

    async def settle(self, request: web.Request) -> web.Response:
        """Mark a payout as transferred."""
        key = idempotency_key(request)
        reference = (await read_json(request, PayoutSettlementRequest)).reference
        return json_response(_view(await self._desk.settle(request.match_info["payout_id"], reference, key)))


def _view(payout: Payout) -> PayoutView:
    transfer = payout.transfer
    return PayoutView(
        payout_id=payout.payout_id,
        day=payout.day,
        mini_program_id=payout.mini_program_id,
        payee=payout.payee,
        payee_kind=payout.payee_kind,
        amount=payout.amount,
        status=payout.status.value,
        reference=transfer.reference if transfer is not None else None,
        created_at=payout.at,
        settled_at=transfer.at if transfer is not None else None,
    )


def _row(payout: Payout) -> Sequence[Cell]:
    return (
        payout.payout_id, payout.day, payout.payee_kind, payout.payee, payout.mini_program_id, payout.amount,
        yuan(payout.amount), "CNY", payout.status.value,
        payout.transfer.reference if payout.transfer is not None else "",
    )  # fmt: skip
