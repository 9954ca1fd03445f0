"""Calls for orders, payments, refunds and the viewer's account. None accepts a host's token."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.orders import OrderRequest, OrdersQuery, OrderView, RefundRequestBody, WaitQuery
from contracts.api.payments import FreshPaymentRequest, PaymentView
from contracts.api.viewer_account import AccountPage, AddressRequest, AddressView
from gateway import faults
from gateway.calls import EVENTS, WAITING_SECONDS, Call
from gateway.headers import IDEMPOTENCY_HEADER
from runtime.web.routes import scopes
from runtime.web.tokens import OWNER, VIEWER

TAG = "Orders"
ACCOUNT = "Account"
PROGRAM = "/v1/mini-programs/{mini_program_id}"
ORDER = f"{PROGRAM}/orders/{{order_id}}"
ADDRESS = f"{PROGRAM}/account/addresses/{{address_id}}"
VIEWER_ONLY = scopes(VIEWER)
VIEWER_OR_OWNER = scopes(VIEWER, OWNER)

CALLS = (
    Call(
        method="POST",
        path=f"{PROGRAM}/orders",
        name="place_order",
        summary="Place an order; with `wait` the answer waits for the payment link or the end of the order",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="checkout",
        headers=(IDEMPOTENCY_HEADER,),
        query=WaitQuery,
        body=OrderRequest,
        answer=OrderView,
        success=(HTTPStatus.CREATED,),
        deadline=WAITING_SECONDS,
        faults=(
            faults.KEY_REUSED,
            faults.PRICE_CHANGED,
            faults.SUSPENDED,
            faults.DELISTED,
            faults.TOO_MANY_UNPAID_ORDERS,
            faults.CONFLICT,
            faults.UNKNOWN_SKU,
            faults.UNKNOWN_ADDRESS,
            faults.INVALID_CLICK,
            faults.RETURN_NOT_ALLOWED,
            faults.WRONG_TOTAL,
            faults.NOT_TAKING_ORDERS,
        ),
    ),
    Call(
        method="GET",
        path=f"{PROGRAM}/orders",
        name="list_orders",
        summary="List the viewer's orders in this mini program, or all orders for its owner",
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
        summary="Read an order",
        tag=TAG,
        scopes=VIEWER_OR_OWNER,
        service="checkout",
        answer=OrderView,
    ),
    Call(
        method="GET",
        path=f"{ORDER}/events",
        name="watch_order",
        summary="Watch an order: it is sent now and after each change, as server-sent events named `order`",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="checkout",
        media=(EVENTS,),
        deadline=None,
    ),
    Call(
        method="POST",
        path=f"{ORDER}/payments",
        name="request_payment",
        summary="Get a new payment link, or pay with another Alipay product, such as a QR code",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="payment",
        headers=(IDEMPOTENCY_HEADER,),
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
        summary="Cancel an order, unless its payment arrived first",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="checkout",
        answer=OrderView,
        faults=(faults.WRONG_STATE, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/refunds",
        name="request_refund",
        summary="Request a refund; without `amount`, of all that is left",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="checkout",
        headers=(IDEMPOTENCY_HEADER,),
        body=RefundRequestBody,
        answer=OrderView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT, faults.KEY_REUSED),
    ),
    Call(
        method="DELETE",
        path=f"{ORDER}/refunds/{{refund_id}}",
        name="withdraw_refund",
        summary="Take a refund request back, unless it is already approved or rejected",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="checkout",
        answer=OrderView,
        faults=(faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/receipt",
        name="confirm_receipt",
        summary="Confirm that the goods have arrived",
        tag=TAG,
        scopes=VIEWER_ONLY,
        service="checkout",
        answer=OrderView,
        faults=(faults.WRONG_STATE, faults.CONFLICT),
    ),
    Call(
        method="GET",
        path=f"{PROGRAM}/account",
        name="read_account",
        summary="Read the viewer's account page in this mini program",
        tag=ACCOUNT,
        scopes=VIEWER_ONLY,
        service="checkout",
        answer=AccountPage,
    ),
    Call(
        method="GET",
        path=f"{PROGRAM}/account/addresses",
        name="list_addresses",
        summary="List the viewer's saved addresses",
        tag=ACCOUNT,
        scopes=VIEWER_ONLY,
        service="checkout",
        answer=Page[AddressView],
    ),
    Call(
        method="POST",
        path=f"{PROGRAM}/account/addresses",
        name="add_address",
        summary="Save an address",
        tag=ACCOUNT,
        scopes=VIEWER_ONLY,
        service="checkout",
        body=AddressRequest,
        answer=AddressView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.TOO_MANY_ADDRESSES, faults.CONFLICT),
    ),
    Call(
        method="PUT",
        path=ADDRESS,
        name="change_address",
        summary="Change a saved address",
        tag=ACCOUNT,
        scopes=VIEWER_ONLY,
        service="checkout",
        body=AddressRequest,
        answer=AddressView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="DELETE",
        path=ADDRESS,
        name="delete_address",
        summary="Delete a saved address",
        tag=ACCOUNT,
        scopes=VIEWER_ONLY,
        service="checkout",
        media=(),
        success=(HTTPStatus.NO_CONTENT,),
        faults=(faults.CONFLICT,),
    ),
)
