"""Calls for viewers' carts, and for what an order would cost."""

from __future__ import annotations

from contracts.api.carts import CartRequest, CartView, QuoteRequest, QuoteView
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER
from runtime.web.routes import scopes
from runtime.web.tokens import VIEWER

TAG = "Carts"
PROGRAM = "/v1/mini-programs/{mini_program_id}"

CALLS = (
    Call(
        method="GET",
        path=f"{PROGRAM}/cart",
        name="read_cart",
        summary="Read the viewer's cart in this mini program, at today's prices",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="checkout",
        answer=CartView,
    ),
    Call(
        method="PUT",
        path=f"{PROGRAM}/cart",
        name="put_cart",
        summary="Replace what is in the viewer's cart",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="checkout",
        headers=(VERSION_HEADER,),
        body=CartRequest,
        answer=CartView,
        faults=(faults.UNKNOWN_SKU, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{PROGRAM}/quotes",
        name="quote_order",
        limit="read",
        summary="Ask what an order would cost now; nothing is stored",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="checkout",
        body=QuoteRequest,
        answer=QuoteView,
        faults=(faults.UNKNOWN_SKU, faults.UNKNOWN_ADDRESS),
    ),
)
