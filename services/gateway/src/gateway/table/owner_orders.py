"""Calls for owners' work on orders. Names, phones and streets are for the roles admin and orders."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.order_commands import NoteRequest
from contracts.api.orders import (
    CancellationRequest,
    OrdersQuery,
    OrderView,
    OwnerOrderFilters,
    OwnerOrdersQuery,
    OwnerOrderView,
    RefundRejectionRequest,
    RefundRequestBody,
)
from contracts.api.shipments import CarrierView, ShipmentCorrection, ShipmentRequest
from gateway import faults
from gateway.calls import CSV, Call
from gateway.headers import IDEMPOTENCY_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import FINANCE, ORDERS, OWNER, PUBLIC

TAG = "Owners"
ORDER = "/v1/owner/orders/{order_id}"
REFUND = f"{ORDER}/refunds/{{refund_id}}"
OWNER_ONLY = scopes(OWNER)

CALLS = (
    Call(
        method="GET",
        path="/v1/owner/orders",
        name="find_orders",
        summary="List the orders of all mini programs of the owner, newest first",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="checkout",
        query=OwnerOrdersQuery,
        answer=Page[OwnerOrderView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/owner/orders.csv",
        name="download_orders",
        limit="bulk",
        summary="Download the orders of the owner's mini programs as a file; addresses are for the roles admin and orders",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="checkout",
        query=OwnerOrderFilters,
        media=(CSV,),
        deadline=None,
    ),
    Call(
        method="GET",
        path=ORDER,
        name="read_owner_order",
        summary="Read an order of one of the owner's mini programs; the address is for the roles admin and orders",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="checkout",
        answer=OwnerOrderView,
    ),
    Call(
        method="GET",
        path="/v1/owner/mini-programs/{mini_program_id}/orders",
        name="list_own_orders",
        summary="List the orders of one of the owner's mini programs",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="checkout",
        query=OrdersQuery,
        answer=Page[OrderView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/shipments",
        name="ship_order",
        summary="Record that a parcel was sent",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(ORDERS),
        service="checkout",
        body=ShipmentRequest,
        answer=OwnerOrderView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="PATCH",
        path=f"{ORDER}/shipments/{{shipment_id}}",
        name="correct_shipment",
        summary="Correct the carrier or tracking number of a parcel on its way; the wrong one stays in its history",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(ORDERS),
        service="checkout",
        body=ShipmentCorrection,
        answer=OwnerOrderView,
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/cancellation",
        name="cancel_for_shop",
        summary="Cancel an order before anything is sent: unpaid it closes, paid all of its money is refunded",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(ORDERS),
        service="checkout",
        body=CancellationRequest,
        answer=OwnerOrderView,
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{ORDER}/notes",
        name="add_note",
        summary="Add a note to an order, for the owner's eyes only",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(ORDERS),
        service="checkout",
        body=NoteRequest,
        answer=OwnerOrderView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="GET",
        path="/v1/carriers",
        name="list_carriers",
        summary="List the carriers with the pages on which their parcels are followed",
        tag=TAG,
        scopes=PUBLIC,
        service="checkout",
        answer=Page[CarrierView],
    ),
    Call(
        method="POST",
        path=f"{ORDER}/refunds",
        name="refund_order",
        limit="order",
        summary="Refund an order without a request of the buyer; without `amount`, all that is left",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(FINANCE, ORDERS),
        service="checkout",
        headers=(IDEMPOTENCY_HEADER,),
        body=RefundRequestBody,
        answer=OwnerOrderView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT, faults.KEY_REUSED),
    ),
    Call(
        method="POST",
        path=f"{REFUND}/approval",
        name="approve_refund",
        summary="Approve a refund; the money is sent back",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(FINANCE, ORDERS),
        service="checkout",
        answer=OwnerOrderView,
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{REFUND}/rejection",
        name="reject_refund",
        summary="Reject a refund, with a reason for the buyer",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=roles(FINANCE, ORDERS),
        service="checkout",
        body=RefundRejectionRequest,
        answer=OwnerOrderView,
        faults=(faults.WRONG_STATE, faults.REFUSED, faults.CONFLICT),
    ),
)
