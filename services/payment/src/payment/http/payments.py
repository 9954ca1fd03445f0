"""A fresh link, or another way to pay, for an order that is still open."""

from __future__ import annotations

from aiohttp import web

from contracts.api.payments import FreshPaymentRequest, PaymentView
from payment.application.offer_payment import OfferPayment, OfferRequest
from runtime.web.bodies import json_response, read_json
from runtime.web.idempotency import idempotency_key
from runtime.web.problems import not_found
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import VIEWER


class PaymentRoutes:
    """`POST /v1/mini-programs/{mini_program_id}/orders/{order_id}/payments`."""

    def __init__(self, offer_payment: OfferPayment) -> None:
        self._offer_payment = offer_payment

    def routes(self) -> list[Route]:
        path = "/v1/mini-programs/{mini_program_id}/orders/{order_id}/payments"
        return [Route("POST", path, self.create_payment, scopes(VIEWER))]

    async def create_payment(self, request: web.Request) -> web.Response:
        """201 with the payment object; the same request under the same key gets the same answer."""
        viewer, order_id = principal_of(request), request.match_info["order_id"]
        mini_program_id = request.match_info["mini_program_id"]
        if viewer.mini_program_id != mini_program_id or not order_id.startswith(mini_program_id + "_"):
            raise not_found("the order")
        key = idempotency_key(request)
        body = await read_json(request, FreshPaymentRequest)
        offer = await self._offer_payment(
            OfferRequest(mini_program_id, str(viewer.openid), order_id, body.product, body.payer, key)
        )
        form = offer.form
        view = PaymentView(
            status="requested", product=offer.product, out_trade_no=offer.order_id, cashier_url=form.cashier_url,
            order_string=form.order_string, qr_code=form.qr_code, trade_no=form.trade_no,
        )  # fmt: skip
        return json_response(view.model_dump(mode="json", exclude_none=True), 201)
