"""Applies what other services announce (stock, payments, refunds) to the orders concerned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checkout.application.agreement import check_agrees
from checkout.application.contracts_out import contracts_of
from checkout.application.ports import Orders
from checkout.domain.errors import OrderNotFound
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from checkout.domain.payment_link import Payment
from contracts.catalog import StockRejected, StockReserved
from contracts.event import Event
from contracts.payment import (
    MERCHANT_UNAVAILABLE,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
    RefundFailed,
    RefundSettled,
)
from runtime.outbox.changes import Change, Command

OrderFact = (
    StockReserved | StockRejected | PaymentRequested | PaymentSettled | PaymentClosed | RefundSettled | RefundFailed
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """An event of another service about one order, with the time at which it happened and the trace that it belongs to."""

    event: OrderFact
    at: datetime
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class ApplyFacts:
    """Applies a batch of facts. Facts that an order has seen already change nothing."""

    orders: Orders

    async def __call__(self, facts: Sequence[Fact]) -> None:
        """Apply the facts about each order in their sequence: all of them or none.

        One order's error does not stop the others; the first error is raised at the end: OrderNotFound, FactMismatch, or an
        order's refusal.
        """
        by_order: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            by_order[fact.event.order_id].append(fact)
        outcomes = await self.orders.change_many(
            [
                Command(order_id, partial(_apply_all, order_id, order_facts))
                for order_id, order_facts in by_order.items()
            ]
        )
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome


def _apply_all(order_id: str, facts: Sequence[Fact], order: Order | None) -> Change[Order] | None:
    if order is None:
        raise OrderNotFound(order_id)
    version = order.version
    events: list[Event] = []
    for fact in facts:
        check_agrees(order, fact.event)
        happened = _apply(order, fact.event, fact.at)
        events += contracts_of(order, happened, fact.at)  # now: they carry the version after this fact
    if order.version == version:
        return None  # the order has seen all of these facts
    return Change(order, events, traceparent=facts[-1].traceparent)


def _apply(order: Order, fact: OrderFact, at: datetime) -> list[OrderEvent]:
    """Call the order's method for the fact."""
    match fact:
        case StockReserved():
            return order.reserve_stock(at)
        case StockRejected(reason=reason):
            return order.reject_stock(reason, at)
        case PaymentRequested():
            return order.request_payment(
                Payment("requested", fact.product, fact.out_trade_no, fact.cashier_url, fact.order_string), at
            )
        case PaymentSettled(trade_no=trade_no):
            return order.settle_payment(trade_no, at)
        case PaymentClosed(reason=reason) if reason == MERCHANT_UNAVAILABLE:
            return order.cannot_be_paid(reason, at)
        case PaymentClosed():
            return order.close_payment(at)
        case RefundSettled(late=True) | RefundFailed(late=True):
            return []  # a late payment was never this order's money
        case RefundSettled(refund_id=refund_id):
            return order.settle_refund(refund_id, at)
        case RefundFailed(refund_id=refund_id):
            return order.fail_refund(refund_id)
