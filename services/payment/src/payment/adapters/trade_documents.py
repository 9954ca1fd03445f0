"""A trade as a MongoDB document and back. What is None is not stored."""

from __future__ import annotations

from typing import Any

from payment.domain.shares import Line
from payment.domain.trade import Payee, Refund, RefundState, State, Trade
from runtime.mongo.client import Document

_PLAIN = (
    "version", "mini_program_id", "openid", "total", "creator_id", "subject", "product", "return_url", "requested_at",
    "expires_at", "due_at", "trade_no", "paid_at", "close_reason", "closed_at", "tries", "traceparent",
)  # fmt: skip


def to_document(trade: Trade) -> Document:
    """The document without its outbox."""
    plain = {name: value for name in _PLAIN if (value := getattr(trade, name)) is not None}
    return {
        "_id": trade.order_id,
        **plain,
        "state": trade.state.value,
        "payee": [trade.payee.provider, trade.payee.merchant, trade.payee.app, trade.payee.account],
        "lines": [[line.amount, line.platform_bp, line.creator_bp] for line in trade.lines],
        "refunds": [_refund_document(refund) for refund in trade.refunds],
    }


def from_document(document: Document) -> Trade:
    """The trade."""
    plain: dict[str, Any] = {name: document.get(name) for name in _PLAIN}
    return Trade(
        order_id=document["_id"],
        **plain,
        state=State(document["state"]),
        payee=Payee(*document["payee"]),
        lines=tuple(Line(*line) for line in document["lines"]),
        refunds=tuple(_refund(refund) for refund in document["refunds"]),
    )


def changes(before: Trade, after: Trade) -> tuple[Document, Document]:
    """What to `$set` and what to `$unset` to make `after` of `before`."""
    old, new = to_document(before), to_document(after)
    return (
        {name: value for name, value in new.items() if old.get(name) != value},
        dict.fromkeys(old.keys() - new.keys(), ""),
    )


def _refund_document(refund: Refund) -> Document:
    document: Document = {
        "refund_id": refund.refund_id,
        "amount": refund.amount,
        "late": refund.late,
        "state": refund.state.value,
    }
    return document | ({"settled_at": refund.settled_at} if refund.settled_at is not None else {})


def _refund(document: Document) -> Refund:
    return Refund(
        document["refund_id"],
        document["amount"],
        document["late"],
        RefundState(document["state"]),
        document.get("settled_at"),
    )
