"""Payments of an order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.api.common import Answer, Request

PaymentProduct = Literal["wap", "page", "app"]
AnyProduct = Literal["wap", "page", "app", "qr", "jsapi"]
"""`qr`: a QR code that the payer scans with Alipay. `jsapi`: payment inside Alipay's own app, by the named payer."""


class PaymentRequest(Request):
    """The Alipay product that the buyer pays with."""

    product: PaymentProduct = "wap"


class FreshPaymentRequest(Request):
    """Another way to pay, or a new link. `payer` (with `jsapi` only) is the Alipay user who pays."""

    product: AnyProduct = "wap"
    payer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")] | None = None

    @model_validator(mode="after")
    def _payer_for_jsapi(self) -> FreshPaymentRequest:
        if (self.payer is not None) != (self.product == "jsapi"):
            raise ValueError(
                "payer (the buyer's user id or open id at Alipay) is required with jsapi, and allowed only there"
            )
        return self


class PaymentView(Answer):
    """How to pay, and whether it was paid."""

    status: Literal["requested", "settled", "closed"]
    product: AnyProduct = "wap"
    out_trade_no: str
    cashier_url: str | None = None
    order_string: str | None = None
    qr_code: str | None = None
    trade_no: str | None = None
