"""What owners pay of the commission they owe, for operators."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from contracts.api.common import PageQuery
from contracts.api.owner_payments import OwnerPaymentRequest, OwnerPaymentsPage, OwnerPaymentView, PaymentPart
from contracts.money import cny
from payment.application.owner_payments import OwnerPayments
from payment.domain.owner_payments import OwnerPayment, Received
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import list_of, read_cursor, write_cursor
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, OPS

PATH = "/v1/ops/owners/{owner_id}/payments"


class OwnerPaymentRoutes:
    """`/v1/ops/owners/{owner_id}/payments`."""

    def __init__(self, payments: OwnerPayments) -> None:
        self._payments = payments

    def routes(self) -> list[Route]:
        """Read and record."""
        return [
            Route("GET", PATH, self.list, scopes(OPS)),
            Route("POST", PATH, self.record, scopes(OPS), roles=roles(FINANCE)),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """An owner's payments, newest first, and what is still owed."""
        query, owner_id = read_query(request, PageQuery), request.match_info["owner_id"]
        before = read_cursor(list_of(request), query.cursor, int)[0] if query.cursor is not None else None
        owed = await self._payments.owed(owner_id)
        found, last = await self._payments.page(owner_id, before, query.limit)
        cursor = write_cursor(list_of(request), last) if last is not None else None
        return json_response(
            OwnerPaymentsPage(items=[_view(payment) for payment in found], next_cursor=cursor, owed=cny(owed))
        )

    async def record(self, request: web.Request) -> web.Response:
        """Record a transfer; its reference makes the call idempotent."""
        body = await read_json(request, OwnerPaymentRequest)
        paid_on = date.fromisoformat(body.paid_on)
        received = Received(request.match_info["owner_id"], body.amount.amount, body.reference, paid_on)
        return json_response(_view(await self._payments.record(received)), status=201)


def _view(payment: OwnerPayment) -> OwnerPaymentView:
    received = payment.received
    return OwnerPaymentView(
        payment_id=payment.payment_id,
        owner_id=received.owner_id,
        amount=cny(received.amount),
        reference=received.reference,
        paid_on=received.paid_on.isoformat(),
        parts=[PaymentPart(mini_program_id=p.mini_program_id, amount=cny(p.amount)) for p in payment.parts],
        recorded_at=payment.at,
    )
