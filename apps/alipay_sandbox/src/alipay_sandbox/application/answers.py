"""The gateway's answers: response objects made from trades, and the signed text around them."""

from collections.abc import Mapping

import orjson

from alipay_sandbox.application.ports import Signer
from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.money import yuan_of
from alipay_sandbox.domain.notices import masked_logon
from alipay_sandbox.domain.trade import Refund, Trade

Answer = dict[str, object]

OK: Mapping[str, str] = {"code": "10000", "msg": "Success"}


def render(
    method: str,
    answer: Mapping[str, object],
    key: Signer | None,
    charset: str = "utf-8",
    cert_sn: str = "",
) -> bytes:
    """The body of an answer: the response object first, then `sign` over exactly its characters.

    In certificate mode `alipay_cert_sn` stands in between, and is not signed.

    Slashes are escaped as the real gateway does, which exposes clients that re-serialise before they verify.
    Without a key the answer is unsigned; without a known method it is an `error_response`.
    """
    text = orjson.dumps(answer).decode().replace("/", "\\/")
    text = text.encode(charset, "replace").decode(charset)  # sign exactly the characters that are sent
    name = f"{method.replace('.', '_')}_response" if method else "error_response"
    sign = f',"sign":"{key.sign(text, charset)}"' if key else ""
    sign = f',"alipay_cert_sn":"{cert_sn}"{sign}' if key and cert_sn else sign
    return f'{{"{name}":{text}{sign}}}'.encode(charset)


def queried(trade: Trade) -> Answer:
    """alipay.trade.query."""
    total = yuan_of(trade.order.total)
    paid = trade.paid_at is not None
    answer: Answer = {
        **OK,
        "buyer_logon_id": masked_logon(trade.buyer_id),
        "buyer_pay_amount": total if paid else "0.00",
        "buyer_user_id": trade.buyer_id,
        "invoice_amount": total if paid else "0.00",
        "out_trade_no": trade.order.out_trade_no,
        "point_amount": "0.00",
        "receipt_amount": total if paid else "0.00",
        "total_amount": total,
        "trade_no": trade.trade_no,
        "trade_status": trade.status.value,
    }
    if trade.paid_at:
        answer["send_pay_date"] = beijing.to_text(trade.paid_at)
        answer["fund_bill_list"] = [{"amount": total, "fund_channel": "ALIPAYACCOUNT"}]
    if trade.order.passback_params:
        answer["passback_params"] = trade.order.passback_params
    return answer


def identified(trade: Trade) -> Answer:
    """alipay.trade.close and alipay.trade.create: the two numbers."""
    return {**OK, "out_trade_no": trade.order.out_trade_no, "trade_no": trade.trade_no}


def refunded(trade: Trade, *, moved: bool) -> Answer:
    """alipay.trade.refund. `refund_fee` is the sum of all refunds; `fund_change` N says that no money moved now."""
    last = trade.refunds[-1]
    return {
        **OK,
        "buyer_logon_id": masked_logon(trade.buyer_id),
        "buyer_user_id": trade.buyer_id,
        "fund_change": "Y" if moved else "N",
        "gmt_refund_pay": beijing.to_text(last.at),
        "out_trade_no": trade.order.out_trade_no,
        "refund_detail_item_list": [{"amount": yuan_of(last.amount), "fund_channel": "ALIPAYACCOUNT"}],
        "refund_fee": yuan_of(trade.refunded),
        "send_back_fee": yuan_of(last.amount) if moved else "0.00",
        "trade_no": trade.trade_no,
    }


def refund_queried(trade: Trade, out_request_no: str, refund: Refund | None) -> Answer:
    """alipay.trade.fastpay.refund.query: for an unknown refund, a success without `refund_status`."""
    answer: Answer = {
        **OK,
        "out_request_no": out_request_no,
        "out_trade_no": trade.order.out_trade_no,
        "trade_no": trade.trade_no,
    }
    if refund is not None:
        answer |= {
            "total_amount": yuan_of(trade.order.total),
            "refund_amount": yuan_of(refund.amount),
            "refund_reason": refund.reason,
            "refund_status": "REFUND_SUCCESS",
            "gmt_refund_pay": beijing.to_text(refund.at),
        }
    return answer


def cancelled(out_trade_no: str, trade: Trade | None, action: str) -> Answer:
    """alipay.trade.cancel: for an unknown trade, a success without `trade_no` and `action`."""
    answer: Answer = {**OK, "out_trade_no": out_trade_no, "retry_flag": "N"}
    if trade is not None:
        answer |= {"action": action, "out_trade_no": trade.order.out_trade_no, "trade_no": trade.trade_no}
    return answer


ERROR_EXTRAS: Mapping[str, Mapping[str, str]] = {
    "alipay.trade.query": {
        "buyer_pay_amount": "0.00",
        "invoice_amount": "0.00",
        "point_amount": "0.00",
        "receipt_amount": "0.00",
    },
    "alipay.trade.refund": {"refund_fee": "0.00", "send_back_fee": "0.00"},
}
"""Fields next to the error in the real answers. They expose clients that read an amount before the code."""
