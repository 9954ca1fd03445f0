"""A fresh link, or another way to pay, for an order that is still open."""

from __future__ import annotations

import hashlib
import re

from aiohttp import web

from contracts.api.payments import FreshPaymentRequest, PaymentView
from payment.adapters.mongo_answers import Answers, KeyUsedOtherwise
from payment.application.ports import ProviderAway, Refusal, TradeStore
from payment.application.providers import Providers
from payment.domain.trade import State, Trade
from runtime.clock import Clock
from runtime.web.bodies import json_response, read_json
from runtime.web.problems import Problem, not_found, unavailable
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import VIEWER, Principal

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class PaymentRoutes:
    """`POST /v1/mini-programs/{mini_program_id}/orders/{order_id}/payments`."""

    def __init__(self, store: TradeStore, answers: Answers, providers: Providers, clock: Clock) -> None:
        self._store = store
        self._answers = answers
        self._providers = providers
        self._clock = clock

    def routes(self) -> list[Route]:
        """The call."""
        path = "/v1/mini-programs/{mini_program_id}/orders/{order_id}/payments"
        return [Route("POST", path, self.pay, scopes(VIEWER))]

    async def pay(self, request: web.Request) -> web.Response:
        """201 with the payment object; the same key gets the same answer again."""
        who, order_id = principal_of(request), request.match_info["order_id"]
        mini_program_id = request.match_info["mini_program_id"]
        if who.mini_program_id != mini_program_id or not order_id.startswith(mini_program_id + "_"):
            raise not_found("the order")
        key = _idempotency_key(request, who)
        wanted = await read_json(request, FreshPaymentRequest)
        asked = hashlib.sha256(f"{order_id} {wanted.product} {wanted.payer}".encode()).hexdigest()
        try:
            answer = await self._answers.find(key, asked)
            if answer is None:
                view = await self._view(await self._payable(order_id, who), wanted)
                answer = await self._answers.keep(
                    key, asked, view.model_dump(mode="json", exclude_none=True), self._clock()
                )
        except KeyUsedOtherwise:
            raise Problem(
                422, "idempotency_key_reused", "this Idempotency-Key came with another request before"
            ) from None
        return json_response(answer, 201)

    async def _payable(self, order_id: str, who: Principal) -> Trade:
        trade = (await self._store.load([order_id])).get(order_id)
        if trade is None:
            raise Problem(409, "not_ready", "payment has not seen this order yet; try again", retry_after=1)
        if trade.openid != who.openid:
            raise not_found("the order")
        if trade.state is State.SETTLED:
            raise Problem(409, "already_paid", "this order is paid")
        if trade.state is State.CLOSED or trade.closing or self._clock() >= trade.expires_at:
            raise Problem(409, "payment_closed", "this order can no longer be paid")
        return trade

    async def _view(self, trade: Trade, wanted: FreshPaymentRequest) -> PaymentView:
        provider = self._providers.of(trade.payee)
        try:
            form = await provider.offer(trade, wanted.product, wanted.payer, self._clock())
        except Refusal as reason:
            raise Problem(409, "payment_refused", f"the provider refuses: {reason}") from None
        except ProviderAway as away:
            raise unavailable(str(away)) from None
        return PaymentView(
            status="requested", product=wanted.product, out_trade_no=trade.order_id,
            cashier_url=form.cashier_url, order_string=form.order_string, qr_code=form.qr_code, trade_no=form.trade_no,
        )  # fmt: skip


def _idempotency_key(request: web.Request, who: Principal) -> str:
    """The caller's key, made one of this viewer and call; raises Problem 400 without one."""
    given = request.headers.get("Idempotency-Key", "")
    if _KEY.fullmatch(given) is None:
        raise Problem(
            400, "idempotency_key_required", "send an Idempotency-Key of 1 to 255 visible ASCII characters"
        )
    return hashlib.sha256(f"payments {who.mini_program_id} {who.openid} {given}".encode()).hexdigest()
