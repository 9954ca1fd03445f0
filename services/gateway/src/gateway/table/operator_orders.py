"""Calls for operators' work on orders: the owner's calls, with a reason that is logged."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.order_commands import (
    OperatorCorrection,
    OperatorNote,
    OperatorOrderFilters,
    OperatorOrdersQuery,
    OperatorReadQuery,
    OperatorReason,
    OperatorShipment,
)
from contracts.api.orders import (
    CancellationRequest,
    OwnerOrderView,
    RefundRejectionRequest,
    RefundRequestBody,
)
from gateway import faults
from gateway.calls import CSV, Call
from gateway.headers import IDEMPOTENCY_HEADER, OPTIONAL_IDEMPOTENCY_HEADER, VERSION_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import FINANCE, OPS, ORDERS

TAG = "Operators"
ORDER = "/v1/ops/orders/{order_id}"
REFUND = f"{ORDER}/refunds/{{refund_id}}"
CHANGING = (faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT)

CALLS = (
    Call(
        method="GET",
        path="/v1/ops/orders",
        name="find_orders_as_operator",
        summary="List the orders of all mini programs, newest first; addresses only with a `reason`, which is logged",
        tag=TAG,
        scopes=scopes(OPS),
        service="checkout",
        query=OperatorOrdersQuery,
        answer=Page[OwnerOrderView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/ops/orders.csv",
        name="download_orders_as_operator",
        limit="bulk",
        summary="Download the orders of all mini programs as a file; addresses only with a `reason`, which is logged",
        tag=TAG,
        scopes=scopes(OPS),
        service="checkout",
        query=OperatorOrderFilters,
        media=(CSV,),
        deadline=None,
    ),
    Call(
        method="GET",
        path=ORDER,
        name="read_order_as_operator",
        summary="Read any order; its address only with a `reason`, which is logged",
        tag=TAG,
        scopes=scopes(OPS),
        service="checkout",
        query=OperatorReadQuery,
        answer=OwnerOrderView,
    ),
    Call(
        method="POST",
        path=f"{ORDER}/shipments",
        name="ship_order_as_operator",
        summary="Record for the owner that a parcel was sent",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(ORDERS),
        service="checkout",
        headers=(OPTIONAL_IDEMPOTENCY_HEADER,),
        body=OperatorShipment,
        answer=OwnerOrderView,
        success=(HTTPStatus.CREATED,),
        faults=(*CHANGING, faults.KEY_REUSED),
    ),
    Call(
        method="PATCH",
        path=f"{ORDER}/shipments/{{shipment_id}}",
        name="correct_shipment_as_operator",
        summary="Correct a parcel on its way for the owner",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(ORDERS),
        service="checkout",
        headers=(VERSION_HEADER,),
        body=OperatorCorrection,
        answer=OwnerOrderView,
        faults=CHANGING,
    ),
    Call(
        method="POST",
        path=f"{ORDER}/cancellation",
        name="cancel_order_as_operator",
        summary="Cancel an order for the owner before anything is sent",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(ORDERS),
        service="checkout",
        body=CancellationRequest,
        answer=OwnerOrderView,
        faults=CHANGING,
    ),
    Call(
        method="POST",
        path=f"{ORDER}/notes",
        name="add_note_as_operator",
        summary="Add a note to an order for its owner",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(ORDERS),
        service="checkout",
        body=OperatorNote,
        answer=OwnerOrderView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/refunds",
        name="refund_order_as_operator",
        limit="order",
        summary="Refund an order for the owner; without `amount`, all that is left",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(FINANCE, ORDERS),
        service="checkout",
        headers=(IDEMPOTENCY_HEADER,),
        body=RefundRequestBody,
        answer=OwnerOrderView,
        success=(HTTPStatus.CREATED,),
        faults=(*CHANGING, faults.KEY_REUSED),
    ),
    Call(
        method="POST",
        path=f"{REFUND}/approval",
        name="approve_refund_as_operator",
        summary="Approve a refund for the owner",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(FINANCE, ORDERS),
        service="checkout",
        body=OperatorReason,
        answer=OwnerOrderView,
        faults=CHANGING,
    ),
    Call(
        method="POST",
        path=f"{REFUND}/rejection",
        name="reject_refund_as_operator",
        summary="Reject a refund for the owner, with a reason for the buyer",
        tag=TAG,
        scopes=scopes(OPS),
        roles=roles(FINANCE, ORDERS),
        service="checkout",
        body=RefundRejectionRequest,
        answer=OwnerOrderView,
        faults=CHANGING,
    ),
)
