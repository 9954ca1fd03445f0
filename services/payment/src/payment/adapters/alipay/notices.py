"""Verifies Alipay's asynchronous notices, then reads them.

Source: Alipay open platform, "asynchronous notices". Payments, refunds and ends share one message format; `trade_status` and
the refund's fields tell them apart. A partial refund sends TRADE_SUCCESS again.
"""

from __future__ import annotations

from collections.abc import Mapping

from payment.adapters.alipay.keys import VerifyingKeys
from payment.adapters.alipay.wire import Unreadable, ascii_fields, fen, moment, notice_content, read_form
from payment.domain.errors import BadNotice
from payment.domain.provider import Notice
from payment.domain.trade import Money

PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
STATES = PAID | {"TRADE_CLOSED", "WAIT_BUYER_PAY"}


def read_notice(body: bytes, keys: Mapping[str, VerifyingKeys]) -> Notice:
    """The content of a notice; raises BadNotice when Alipay did not sign it or it cannot be read."""
    fields = verified(body, keys)
    try:
        return _notice(fields)
    except Unreadable as wrong:
        raise BadNotice(str(wrong)) from None
    except KeyError as missing:
        raise BadNotice(f"{missing.args[0]} is missing") from None


def verified(form: bytes, keys: Mapping[str, VerifyingKeys]) -> dict[str, str]:
    """The fields in ASCII of a form that Alipay signed for one of our apps, with RSA2; raises BadNotice for any other.

    The signature covers the bytes as they were sent, so the form's charset does not matter. All that payment reads is ASCII.
    """
    try:
        raw = read_form(form)
    except Unreadable as wrong:
        raise BadNotice(str(wrong)) from None
    fields = ascii_fields(raw)
    if fields.get("sign_type") != "RSA2":
        raise BadNotice("sign_type is not RSA2")
    of_app = keys.get(fields.get("app_id", ""))
    if of_app is None:
        raise BadNotice("the app is not one of ours")
    if not of_app.verify(notice_content(raw), fields.get("sign", "")):
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
