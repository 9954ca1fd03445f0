"""The terms of a payment as a merchant's signed request gives them, before there is any trade."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from alipay_sandbox.domain.deadlines import PayBy, parse_pay_by
from alipay_sandbox.domain.failures import business
from alipay_sandbox.domain.money import LARGEST_FEN, SMALLEST_FEN, fen_of

WAP_PAY = "alipay.trade.wap.pay"
PAGE_PAY = "alipay.trade.page.pay"
APP_PAY = "alipay.trade.app.pay"
CREATE = "alipay.trade.create"
PRECREATE = "alipay.trade.precreate"

PRODUCT_CODES: Mapping[str, frozenset[str]] = {
    WAP_PAY: frozenset({"QUICK_WAP_PAY", "QUICK_WAP_WAY"}),  # both spellings stand in Alipay's own pages
    PAGE_PAY: frozenset({"FAST_INSTANT_TRADE_PAY"}),
    APP_PAY: frozenset({"QUICK_MSECURITY_PAY"}),
}

_OUT_TRADE_NO = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid, to whom, and who is to be told. `total` is in fen; `method` names the product."""

    method: str
    app_id: str
    seller_id: str
    out_trade_no: str
    subject: str
    total: int
    pay_by: PayBy
    charset: str = "utf-8"
    body: str = ""
    passback_params: str = ""
    notify_url: str = ""
    return_url: str = ""
    quit_url: str = ""
    buyer_id: str = ""


def read_order(
    method: str, app_id: str, seller_id: str, params: Mapping[str, str], biz: Mapping[str, str]
) -> Order:
    """Reads the common parameters and `biz_content` of a payment request.

    Raises GatewayFailure ACQ.INVALID_PARAMETER, naming the parameter, for what Alipay would refuse.
    """
    _check_product(method, biz)
    if biz.get("seller_id", seller_id) != seller_id:
        raise business("ACQ.INVALID_PARAMETER", "seller_id is not the merchant of this app_id")
    try:
        pay_by = parse_pay_by(biz.get("time_expire"), biz.get("timeout_express"))
    except ValueError as error:
        raise business("ACQ.INVALID_PARAMETER", str(error)) from error
    return Order(
        method=method,
        app_id=app_id,
        seller_id=seller_id,
        out_trade_no=read_out_trade_no(biz),
        subject=_text(biz, "subject", 256, required=True),
        total=_total(biz),
        pay_by=pay_by,
        charset=params["charset"].lower(),
        body=_text(biz, "body", 400),
        passback_params=_text(biz, "passback_params", 512),
        notify_url=_address(params, "notify_url"),
        return_url=_address(params, "return_url"),
        quit_url=_address(biz, "quit_url"),
        buyer_id=_text(biz, "buyer_id", 128) or _text(biz, "buyer_open_id", 128),
    )


def read_out_trade_no(biz: Mapping[str, str]) -> str:
    """The merchant's own number: 1 to 64 letters, digits and underscores."""
    out_trade_no = biz.get("out_trade_no", "")
    if _OUT_TRADE_NO.fullmatch(out_trade_no) is None:
        raise business("ACQ.INVALID_PARAMETER", "out_trade_no is 1 to 64 letters, digits and underscores")
    return out_trade_no


def read_amount(biz: Mapping[str, str], name: str) -> int:
    """An amount in fen out of a yuan text; more than two decimals are refused, never rounded."""
    try:
        return fen_of(biz.get(name, ""))
    except ValueError as error:
        raise business("ACQ.INVALID_PARAMETER", f"{name}: {error}") from error


def _total(biz: Mapping[str, str]) -> int:
    total = read_amount(biz, "total_amount")
    if not SMALLEST_FEN <= total <= LARGEST_FEN:
        raise business("ACQ.INVALID_PARAMETER", "total_amount is 0.01 to 100000000")
    return total


def _check_product(method: str, biz: Mapping[str, str]) -> None:
    allowed = PRODUCT_CODES.get(method)
    given = biz.get("product_code", "")
    if allowed is not None and given not in allowed and not (method == APP_PAY and not given):
        raise business(
            "ACQ.INVALID_PARAMETER", f"product_code of {method} is one of {', '.join(sorted(allowed))}"
        )


def _text(values: Mapping[str, str], name: str, limit: int, *, required: bool = False) -> str:
    text = values.get(name, "")
    if required and not text:
        raise business("ACQ.INVALID_PARAMETER", f"{name} is required")
    if len(text) > limit:
        raise business("ACQ.INVALID_PARAMETER", f"{name} is longer than {limit}")
    return text


def _address(values: Mapping[str, str], name: str) -> str:
    text = _text(values, name, 256)
    if text and not _is_web_address(text):
        raise business("ACQ.INVALID_PARAMETER", f"{name} is not an http or https address")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, a port that is none
        return False
