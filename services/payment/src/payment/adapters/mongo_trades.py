"""Trades in MongoDB: one document each, with its events in the same document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from payment.domain.days import end_of, start_of
from payment.domain.reconciliation import Movement
from payment.domain.refund import Refund, RefundState
from payment.domain.shares import Line
from payment.domain.trade import Collector, State, StoredTrade, Trade, UnopenedTrade
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "trades"
MAX_SKEW = timedelta(seconds=5)
"""How far the clocks of two replicas may differ."""

_FIXED = (
    "mini_program_id", "openid", "total", "creator_id", "subject", "product", "return_url", "requested_at", "traceparent",
)  # fmt: skip
_PRICE = ("discount", "delivery_fee")
"""Absent if they are zero."""
_CHANGING = (
    "version", "expires_at", "due_at", "changed_at", "trade_no", "paid_at", "close_reason", "closed_at", "tries",
)  # fmt: skip
_OPTIONAL = frozenset({"due_at", "trade_no", "paid_at", "close_reason", "closed_at"})


class MongoTrades(VersionedStore[StoredTrade]):
    """The `trades` collection. A document without `payee` is an `UnopenedTrade`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._trades = db[COLLECTION]
        super().__init__(CODEC, recorder, lambda _: self._trades, cache=True, shown=Shown("trade"))

    async def prepare(self) -> None:
        """Create indexes for due trades and those changed ahead, and for the days on which money was paid and refunded."""
        scheduled = {"due_at": {"$exists": True}}
        ahead = IndexModel([("changed_at", ASCENDING)], partialFilterExpression=scheduled)
        due = IndexModel([("due_at", ASCENDING)], sparse=True)
        paid = IndexModel([("paid_at", ASCENDING)], sparse=True)
        refunded = IndexModel(
            [("refunds.settled_at", ASCENDING)],
            partialFilterExpression={"refunds.settled_at": {"$exists": True}},
        )
        await self._trades.create_indexes([ahead, due, paid, refunded])

    async def due(self, now: datetime, limit: int, *, but: Collection[str]) -> list[Trade]:
        """Trades to work on now, the longest due first, without the orders in `but`.

        After these, trades that were changed in the future: a clock that was ahead scheduled them, so their `due_at` says
        nothing.
        """
        others: Document = {"_id": {"$nin": list(but)}} if but else {}
        due = self._trades.find({"due_at": {"$lte": now}, **others}, {OUTBOX_FIELD: False})
        trades = [_trade(document) async for document in due.sort("due_at", ASCENDING).limit(limit)]
        if len(trades) < limit:
            ahead = {"due_at": {"$gt": now}, "changed_at": {"$gt": now + MAX_SKEW}, **others}
            found = self._trades.find(ahead, {OUTBOX_FIELD: False}).limit(limit - len(trades))
            trades += [_trade(document) async for document in found]
        return trades

    async def movements(self, day: date, collector: str | None = None) -> AsyncIterator[Movement]:
        """Money that moved on that day, for one collector or all."""
        within = {"$gte": start_of(day), "$lt": end_of(day)}
        query: Document = {"$or": [{"paid_at": within}, {"refunds.settled_at": within}]}
        if collector is not None:
            provider, _, merchant = collector.partition(".")
            query |= {"payee.0": provider, "payee.1": merchant}
        async for document in self._trades.find(query, {"paid_at": 1, "total": 1, "refunds": 1}):
            for movement in _movements(document, day):
                yield movement


def _movements(document: Document, day: date) -> Iterator[Movement]:
    start, end = start_of(day), end_of(day)
    paid_at = document.get("paid_at")
    if paid_at is not None and start <= paid_at < end:
        yield Movement(document["_id"], None, document["total"])
    for refund in document["refunds"]:
        settled_at = refund.get("settled_at")
        if settled_at is not None and start <= settled_at < end:
            yield Movement(document["_id"], refund["refund_id"], -refund["amount"])


def _read(document: Document) -> StoredTrade:
    if "payee" in document:
        return _trade(document)
    return UnopenedTrade(
        document["_id"],
        document["mini_program_id"],
        document["close_reason"],
        document["closed_at"],
        document["version"],
    )


def _trade(document: Document) -> Trade:
    plain: dict[str, Any] = {name: document.get(name) for name in (*_FIXED, *_CHANGING)}
    return Trade(
        order_id=document["_id"],
        **plain,
        state=State(document["state"]),
        collector=Collector(*document["payee"]),
        lines=tuple(Line(*line) for line in document["lines"]),
        **{name: document.get(name, 0) for name in _PRICE},
        refunds=tuple(_refund(refund) for refund in document["refunds"]),
    )


def _refund(document: Document) -> Refund:
    return Refund(
        document["refund_id"],
        document["amount"],
        document["late"],
        RefundState(document["state"]),
        document.get("settled_at"),
    )


def _document(stored: StoredTrade) -> Document:
    """The whole document of a new trade; a field that is None is absent."""
    if isinstance(stored, UnopenedTrade):
        return {
            "_id": stored.order_id,
            "version": stored.version,
            "mini_program_id": stored.mini_program_id,
            "state": State.CLOSED.value,
            "close_reason": stored.close_reason,
            "closed_at": stored.closed_at,
            "total": 0,
            "refunds": [],
        }
    collector = stored.collector
    return {
        "_id": stored.order_id,
        **_present(stored, _FIXED),
        **{name: amount for name in _PRICE if (amount := getattr(stored, name))},
        "payee": [
            collector.provider,
            collector.merchant,
            collector.app,
            collector.account,
            collector.owner_id,
        ],
        "lines": [[line.amount, line.platform_bp, line.creator_bp] for line in stored.lines],
        **_changing(stored),
    }


def _changing(stored: StoredTrade) -> Document:
    if isinstance(stored, UnopenedTrade):
        return _document(stored)
    return {
        **_present(stored, _CHANGING),
        "state": stored.state.value,
        "refunds": [_refund_document(refund) for refund in stored.refunds],
    }


def _present(trade: Trade, names: tuple[str, ...]) -> Document:
    return {name: value for name in names if (value := getattr(trade, name)) is not None}


def _refund_document(refund: Refund) -> Document:
    document: Document = {
        "refund_id": refund.refund_id,
        "amount": refund.amount,
        "late": refund.late,
        "state": refund.state.value,
    }
    return document | ({"settled_at": refund.settled_at} if refund.settled_at is not None else {})


CODEC: Codec[StoredTrade] = Codec(_read, _document, changing=_changing, optional=_OPTIONAL)
