"""Calls for what mini programs charge for delivery."""

from __future__ import annotations

from contracts.api.delivery import DeliveryTermsRequest, DeliveryTermsView
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import FINANCE, OWNER, VIEWER

OWN_TERMS = "/v1/owner/mini-programs/{mini_program_id}/delivery-terms"

CALLS = (
    Call(
        method="GET",
        path=OWN_TERMS,
        name="read_own_delivery_terms",
        summary="Read what a mini program charges for delivery",
        tag="Owners",
        scopes=scopes(OWNER),
        service="checkout",
        answer=DeliveryTermsView,
    ),
    Call(
        method="PUT",
        path=OWN_TERMS,
        name="put_delivery_terms",
        summary="Set what a mini program charges for delivery; orders that were placed keep their fee",
        tag="Owners",
        scopes=scopes(OWNER),
        roles=roles(FINANCE),
        service="checkout",
        headers=(VERSION_HEADER,),
        body=DeliveryTermsRequest,
        answer=DeliveryTermsView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/delivery-terms",
        name="read_delivery_terms",
        summary="Read what the mini program charges for delivery",
        tag="Pages",
        scopes=scopes(VIEWER),
        service="checkout",
        answer=DeliveryTermsView,
    ),
)
