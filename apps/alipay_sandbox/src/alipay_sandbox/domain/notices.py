"""Notices: what Alipay tells the merchant of a trade, to whom, and when it tries again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.money import yuan_of
from alipay_sandbox.domain.order import APP_PAY, CREATE, PAGE_PAY, PRECREATE, WAP_PAY
from alipay_sandbox.domain.trade import Refund, Trade, TradeStatus

RETRY_GAPS = tuple(timedelta(minutes=minutes) for minutes in (4, 10, 10, 60, 120, 360, 900))
ATTEMPTS = len(RETRY_GAPS) + 1

_SUCCESS_ONLY = frozenset({TradeStatus.TRADE_SUCCESS})
_ALL = frozenset({TradeStatus.TRADE_SUCCESS, TradeStatus.TRADE_CLOSED, TradeStatus.TRADE_FINISHED})

# Which states each product announces by default.
TRIGGERS: Mapping[str, frozenset[TradeStatus]] = {
    WAP_PAY: _ALL,
    APP_PAY: _ALL,
    CREATE: _ALL,
    PAGE_PAY: _SUCCESS_ONLY,
    PRECREATE: _SUCCESS_ONLY,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, kept until it is answered with `success` or all tries are used.

    `notify_id` stays the same over retries. `due` is on the notice clock; `attempts` counts the tries made.
    """

    notify_id: str
    url: str
    charset: str
    fields: Mapping[str, str]
    due: datetime
    attempts: int = 0


def announces(trade: Trade) -> bool:
    """Whether the trade's present state is told to its merchant at all."""
    return bool(trade.order.notify_url) and trade.status in TRIGGERS[trade.order.method]


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after the `attempts`-th try at `at`; None once all eight tries are used."""
    return at + RETRY_GAPS[attempts - 1] if attempts < ATTEMPTS else None


def notice_fields(trade: Trade, refund: Refund | None) -> dict[str, str]:
    """The business fields of a notice of the trade's present state; amounts in yuan, times in Beijing.

    `refund` is given when it is a refund that is announced: a partial one re-sends TRADE_SUCCESS, told apart
    by `refund_fee` (all refunds so far), `gmt_refund` and `out_biz_no` (the out_request_no).
    """
    order = trade.order
    total = yuan_of(order.total)
    paid = trade.paid_at is not None
    fields = {
        "notify_type": "trade_status_sync",
        "app_id": order.app_id,
        "auth_app_id": order.app_id,
        "charset": order.charset,
        "version": "1.0",
        "trade_no": trade.trade_no,
        "out_trade_no": order.out_trade_no,
        "seller_id": order.seller_id,
        "seller_email": f"seller{order.seller_id[-4:]}@sandbox.example",
        "buyer_id": trade.buyer_id,
        "buyer_logon_id": masked_logon(trade.buyer_id),
        "trade_status": trade.status.value,
        "total_amount": total,
        "subject": order.subject,
        "body": order.body,
        "passback_params": order.passback_params,
        "gmt_create": beijing.to_text(trade.created_at),
        "gmt_payment": beijing.to_text(trade.paid_at) if trade.paid_at else "",
        "gmt_close": beijing.to_text(trade.closed_at) if trade.closed_at else "",
    }
    if paid:
        fields |= {
            "receipt_amount": total,
            "invoice_amount": total,
            "buyer_pay_amount": total,
            "point_amount": "0.00",
            "fund_bill_list": f'[{{"amount":"{total}","fundChannel":"ALIPAYACCOUNT"}}]',
        }
    if refund is not None:
        fields |= {
            "refund_fee": yuan_of(trade.refunded),
            "gmt_refund": beijing.to_text_with_milliseconds(refund.at),
            "out_biz_no": refund.out_request_no,
        }
    return {key: value for key, value in fields.items() if value}


def masked_logon(buyer_id: str) -> str:
    """The buyer's account name as merchants see it."""
    return f"buy***{buyer_id[-4:]}@sandbox.example"
