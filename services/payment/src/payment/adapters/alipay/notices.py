"""Verifies Alipay's asynchronous notices, then reads them.

Source: Alipay open platform, "asynchronous notices". Payments, refunds and ends share one message format; `trade_status` and
the refund's fields tell them apart. A partial refund sends TRADE_SUCCESS again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from payment.adapters.alipay.wire import (
    CERT_SN,
    Unreadable,
    ascii_fields,
    fen,
    moment,
    notice_content,
    read_form,
)
from payment.domain.errors import BadNotice
from payment.domain.provider import Notice
from payment.domain.trade import Money

PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
STATES = PAID | {"TRADE_CLOSED", "WAIT_BUYER_PAY"}


Signed = Callable[[Sequence[bytes], str, str], Awaitable[bool]]
"""Whether Alipay signed one of these contents with this signature, and with the certificate of this SN if one is named."""


async def read_notice(body: bytes, apps: Mapping[str, Signed]) -> Notice:
    """The content of a notice; raises BadNotice when Alipay did not sign it or it cannot be read."""
    fields = await verified(body, apps)
    try:
        return _notice(fields)
    except Unreadable as wrong:
        raise BadNotice(str(wrong)) from None
    except KeyError as missing:
        raise BadNotice(f"{missing.args[0]} is missing") from None


async def verified(form: bytes, apps: Mapping[str, Signed]) -> dict[str, str]:
    """The fields in ASCII of a form that Alipay signed for one of our apps, with RSA2; raises BadNotice for any other.

    The signature covers the bytes as they were sent, so the form's charset does not matter. All that payment reads is ASCII.
    Published clients differ in whether `alipay_cert_sn` is part of what is signed: both are Alipay's word, and the field only
    names the certificate.
    """
    try:
        raw = read_form(form)
    except Unreadable as wrong:
        raise BadNotice(str(wrong)) from None
    fields = ascii_fields(raw)
    if fields.get("sign_type") != "RSA2":
        raise BadNotice("sign_type is not RSA2")
    signed = apps.get(fields.get("app_id", ""))
    if signed is None:
        raise BadNotice("the app is not one of ours")
    contents = [notice_content(raw)]
    if CERT_SN in raw:
        contents.append(notice_content(raw, CERT_SN))
    if not await signed(contents, fields.get("sign", ""), fields.get(CERT_SN, "")):
        raise BadNotice("Alipay did not sign this")
    return fields


def _notice(form: Mapping[str, str]) -> Notice:
    status = form["trade_status"]
    if status not in STATES:
        raise BadNotice("trade_status is unknown")
    amount = fen(form["total_amount"])
    money = None
    if status in PAID:
        paid_at = moment(form.get("gmt_payment") or form["notify_time"])
        money = Money(form["trade_no"], amount, paid_at)
    return Notice(
        order_id=form["out_trade_no"],
        app=form["app_id"],
        account=form["seller_id"],
        amount=amount,
        money=money,
        query_now=status == "TRADE_CLOSED" or "refund_fee" in form,
    )
