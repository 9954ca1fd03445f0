"""Orders, payments, refunds and the viewer's account. A host's token is good for none of these."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.orders import OrderRequest, OrdersQuery, OrderView, RefundRequestBody, WaitQuery
from contracts.api.payments import FreshPaymentRequest, PaymentView
from contracts.api.viewer_account import AccountPage, AddressRequest, AddressView
from gateway import faults
from gateway.calls import EVENTS, PATIENT_SECONDS, Call
from gateway.headers import IDEMPOTENCY_KEY
from runtime.web.routes import scopes
from runtime.web.tokens import OWNER, VIEWER

TAG = "Orders"
ACCOUNT = "Account"
ONE = "/v1/mini-programs/{mini_program_id}"
ORDER = f"{ONE}/orders/{{order_id}}"
ADDRESS = f"{ONE}/account/addresses/{{address_id}}"
ONLY_THE_VIEWER = scopes(VIEWER)
VIEWER_OR_OWNER = scopes(VIEWER, OWNER)

CALLS = (
    Call(
        method="POST",
        path=f"{ONE}/orders",
        name="place_order",
        summary="Place an order; `wait` holds the answer until the cashier link is there or the order has ended",
        tag=TAG,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        headers=(IDEMPOTENCY_KEY,),
        query=WaitQuery,
        body=OrderRequest,
        answer=OrderView,
        success=(HTTPStatus.CREATED,),
        deadline=PATIENT_SECONDS,
        faults=(
            faults.KEY_REUSED,
            faults.PRICE_CHANGED,
            faults.SUSPENDED,
            faults.DELISTED,
            faults.UNKNOWN_SKU,
            faults.UNKNOWN_ADDRESS,
            faults.INVALID_CLICK,
            faults.WRONG_TOTAL,
            faults.NOT_TAKING_ORDERS,
        ),
    ),
    Call(
        method="GET",
        path=f"{ONE}/orders",
        name="list_orders",
        summary="The viewer's own orders in this mini program, or all of it for its owner",
        tag=TAG,
        scopes=VIEWER_OR_OWNER,
        service="checkout",
        query=OrdersQuery,
        answer=Page[OrderView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=ORDER,
        name="read_order",
        summary="An order",
        tag=TAG,
        scopes=VIEWER_OR_OWNER,
        service="checkout",
        answer=OrderView,
    ),
    Call(
        method="GET",
        path=f"{ORDER}/events",
        name="watch_order",
        summary="The order, and again at each change, as server-sent events: `event: order`, `data` is the order",
        tag=TAG,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        media=(EVENTS,),
        deadline=None,
    ),
    Call(
        method="POST",
        path=f"{ORDER}/payments",
        name="request_payment",
        summary="Pay with another of Alipay's products (a QR code, or inside Alipay's own app, too), or get a fresh link",
        tag=TAG,
        scopes=ONLY_THE_VIEWER,
        service="payment",
        headers=(IDEMPOTENCY_KEY,),
        body=FreshPaymentRequest,
        answer=PaymentView,
        success=(HTTPStatus.CREATED,),
        faults=(
            faults.PAYMENT_NOT_READY,
            faults.ALREADY_PAID,
            faults.PAYMENT_CLOSED,
            faults.PAYMENT_REFUSED,
            faults.KEY_REUSED,
        ),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/cancellation",
        name="cancel_order",
        summary="Cancel the order; money that came first wins",
        tag=TAG,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        answer=OrderView,
        faults=(faults.WRONG_STATE, faults.BUSY),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/refunds",
        name="request_refund",
        summary="Ask for money back; without an amount for all that is left",
        tag=TAG,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        headers=(IDEMPOTENCY_KEY,),
        body=RefundRequestBody,
        answer=OrderView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.BUSY, faults.KEY_REUSED),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/receipt",
        name="confirm_receipt",
        summary="The goods have arrived",
        tag=TAG,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        answer=OrderView,
        faults=(faults.WRONG_STATE, faults.BUSY),
    ),
    Call(
        method="GET",
        path=f"{ONE}/account",
        name="read_account",
        summary="The viewer's own page in this mini program",
        tag=ACCOUNT,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        answer=AccountPage,
    ),
    Call(
        method="GET",
        path=f"{ONE}/account/addresses",
        name="list_addresses",
        summary="The viewer's saved addresses",
        tag=ACCOUNT,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        answer=Page[AddressView],
    ),
    Call(
        method="POST",
        path=f"{ONE}/account/addresses",
        name="add_address",
        summary="Save an address",
        tag=ACCOUNT,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        body=AddressRequest,
        answer=AddressView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.TOO_MANY_ADDRESSES,),
    ),
    Call(
        method="PUT",
        path=ADDRESS,
        name="change_address",
        summary="Change a saved address",
        tag=ACCOUNT,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        body=AddressRequest,
        answer=AddressView,
    ),
    Call(
        method="DELETE",
        path=ADDRESS,
        name="delete_address",
        summary="Forget a saved address",
        tag=ACCOUNT,
        scopes=ONLY_THE_VIEWER,
        service="checkout",
        media=(),
        success=(HTTPStatus.NO_CONTENT,),
    ),
)
