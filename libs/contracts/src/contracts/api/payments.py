"""Payments of an order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.api.common import Answer, Request

PaymentProduct = Literal["wap", "page", "app"]
AnyProduct = Literal["wap", "page", "app", "qr", "jsapi"]
"""`qr`: a code to be scanned with Alipay; `jsapi`: paid in Alipay's own app by the payer who is named."""


class PaymentRequest(Request):
    """Which of Alipay's products the buyer pays with."""

    product: PaymentProduct = "wap"


class FreshPaymentRequest(Request):
    """Another way to pay, or a fresh link; `payer` is whose Alipay account pays, for `jsapi` alone."""

    product: AnyProduct = "wap"
    payer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")] | None = None

    @model_validator(mode="after")
    def _payer_for_jsapi(self) -> FreshPaymentRequest:
        if (self.payer is not None) != (self.product == "jsapi"):
            raise ValueError(
                "give payer (the buyer's user id or open id at Alipay) with jsapi, and only there"
            )
        return self


class PaymentView(Answer):
    """How to pay, or that it is paid."""

    status: Literal["requested", "settled", "closed"]
    product: AnyProduct = "wap"
    out_trade_no: str
    cashier_url: str | None = None
    order_string: str | None = None
    qr_code: str | None = None
    trade_no: str | None = None
