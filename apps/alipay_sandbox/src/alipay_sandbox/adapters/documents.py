"""Trades and notices as MongoDB documents, and back."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from alipay_sandbox.domain.deadlines import PayBy
from alipay_sandbox.domain.notices import Notice
from alipay_sandbox.domain.order import Order
from alipay_sandbox.domain.trade import Refund, Trade, TradeStatus

Document = dict[str, Any]

_ORDER = tuple(field.name for field in fields(Order) if field.name != "pay_by")
_REFUND = tuple(field.name for field in fields(Refund))
_NOTICE = tuple(field.name for field in fields(Notice))


def key_of(seller_id: str, out_trade_no: str) -> str:
    """A trade's `_id`: an out_trade_no is unique for one seller only."""
    return f"{seller_id}:{out_trade_no}"


def order_document(order: Order) -> Document:
    """All terms of an order; the relative time to pay in seconds."""
    pay_by = order.pay_by
    return {
        **_named(order, _ORDER),
        "pay_by": {"at": pay_by.at, "within": pay_by.within.total_seconds(), "midnight": pay_by.midnight},
    }


def read_order_document(document: Mapping[str, Any]) -> Order:
    """The order of `order_document`."""
    pay_by = document["pay_by"]
    return Order(**{**document, "pay_by": PayBy(**{**pay_by, "within": timedelta(seconds=pay_by["within"])})})


def trade_document(trade: Trade) -> Document:
    """A trade's own fields, without identity, version and notices."""
    return {
        "trade_no": trade.trade_no,
        "order": order_document(trade.order),
        "buyer_id": trade.buyer_id,
        "created_at": trade.created_at,
        "expires_at": trade.expires_at,
        "status": trade.status.value,
        "paid_at": trade.paid_at,
        "closed_at": trade.closed_at,
        "refunds": [_named(refund, _REFUND) for refund in trade.refunds],
    }


def read_trade_document(document: Mapping[str, Any]) -> Trade:
    """The trade of `trade_document`."""
    return Trade(
        trade_no=document["trade_no"],
        order=read_order_document(document["order"]),
        buyer_id=document["buyer_id"],
        created_at=document["created_at"],
        expires_at=document["expires_at"],
        status=TradeStatus(document["status"]),
        paid_at=document["paid_at"],
        closed_at=document["closed_at"],
        refunds=tuple(Refund(**refund) for refund in document["refunds"]),
    )


def notice_document(notice: Notice) -> Document:
    """A notice as it lies in its trade's `notices`; `done` once no try is left to make, `answers` says what came."""
    return {**_named(notice, _NOTICE), "done": False, "answers": []}


def read_notice_document(document: Mapping[str, Any]) -> Notice:
    """The notice of `notice_document`."""
    return Notice(**{name: document[name] for name in _NOTICE})


def _named(thing: object, names: tuple[str, ...]) -> Document:
    """The fields as they are; dataclasses.asdict copies deeply, which here would cost more than the rest of a payment."""
    return {name: getattr(thing, name) for name in names}
