"""Calls by Alipay and by buyers' browsers."""

from __future__ import annotations

from http import HTTPStatus

from gateway.calls import FORM, TEXT, Call
from gateway.faults import BAD_RETURN, NOT_FOUND
from gateway.schemas import AlipayNotice, AlipayReturn
from runtime.web.tokens import PUBLIC

TAG = "Payment"

CALLS = (
    Call(
        method="POST",
        path="/v1/payments/alipay/notify",
        name="take_alipay_notice",
        summary="Take Alipay's asynchronous notice; answers `success` once its effect is durable, otherwise `fail`",
        tag=TAG,
        scopes=PUBLIC,
        service="payment",
        raw=((FORM, AlipayNotice),),
        media=(TEXT,),
    ),
    Call(
        method="GET",
        path="/v1/payments/alipay/return",
        name="return_from_alipay",
        summary="Redirect the buyer to the order's `return_url`",
        tag=TAG,
        scopes=PUBLIC,
        service="payment",
        query=AlipayReturn,
        media=(TEXT,),
        success=(HTTPStatus.FOUND, HTTPStatus.OK),
        faults=(BAD_RETURN, NOT_FOUND),
    ),
)
