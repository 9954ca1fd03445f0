"""Calls for owners' coupons."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.coupons import CouponPatch, CouponRequest, CouponsQuery, CouponView
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER
from runtime.web.editing import PATCH_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import FINANCE, OWNER

TAG = "Owners"
COUPONS = "/v1/owner/mini-programs/{mini_program_id}/coupons"
COUPON = f"{COUPONS}/{{code}}"
OWNER_ONLY = scopes(OWNER)
EDITORS = roles(FINANCE)

CALLS = (
    Call(
        method="GET",
        path=COUPONS,
        name="list_coupons",
        summary="List a mini program's coupons in the order of their last change",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="checkout",
        query=CouponsQuery,
        answer=Page[CouponView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="POST",
        path=COUPONS,
        name="create_coupon",
        summary="Create a coupon; idempotent for the same code and terms",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="checkout",
        body=CouponRequest,
        answer=CouponView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.COUPON_EXISTS, faults.CONFLICT),
    ),
    Call(
        method="GET",
        path=COUPON,
        name="read_coupon",
        summary="Read a coupon, with how many orders use it",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="checkout",
        answer=CouponView,
    ),
    Call(
        method="PATCH",
        path=COUPON,
        name="change_coupon",
        summary="Change the terms of a coupon (RFC 7396); orders that use it keep their discount",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="checkout",
        raw=tuple((media, CouponPatch) for media in PATCH_TYPES),
        headers=(VERSION_HEADER,),
        answer=CouponView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="DELETE",
        path=COUPON,
        name="end_coupon",
        summary="End a coupon at once; one that no order has used is removed",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="checkout",
        headers=(VERSION_HEADER,),
        media=(),
        success=(HTTPStatus.NO_CONTENT,),
        faults=(faults.CONFLICT,),
    ),
)
