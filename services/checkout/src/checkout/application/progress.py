"""What other services' facts do to orders: a batch is read, decided and written in one round trip each way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from checkout.adapters.orders import Conflict, Loaded, Orders
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order, Payment
from contracts.catalog import StockRejected, StockReserved
from contracts.payment import (
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
    RefundFailed,
    RefundSettled,
)
from runtime.consuming.subscription import Delivery

PROGRESS = (
    StockReserved, StockRejected, PaymentRequested, PaymentSettled, PaymentClosed, RefundSettled, RefundFailed,
)  # fmt: skip
CONFLICT_TRIES = 5
"""Conflicts come from a buyer's or owner's command at the same moment; a few tries always see one side through."""


class UnknownOrder(Exception):
    """A fact about an order that does not exist: it can only be a mistake of its producer."""


class Progress:
    """Applies facts to orders."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def on_facts(self, deliveries: Sequence[Delivery]) -> None:
        """Apply all, in order for each order. Facts that the orders already hold change nothing.

        Orders that this process wrote last need not be read for it: what changes them is guarded by their version, and
        whatever does not change them all is decided again from the database.
        Raises UnknownOrder, or what the order says, for a fact that can never be right, and Conflict after several tries.
        """
        if await self._applied_from_memory(deliveries):
            return
        for attempt in range(CONFLICT_TRIES):
            loaded = _applied(deliveries, await self._orders.load(_ids(deliveries)))
            try:
                await self._orders.save(loaded.values())
            except Conflict:
                if attempt == CONFLICT_TRIES - 1:
                    raise
            else:
                return

    async def _applied_from_memory(self, deliveries: Sequence[Delivery]) -> bool:
        loaded = await self._orders.load(_ids(deliveries), remembered=True)
        try:
            _applied(deliveries, loaded)
        except Exception:  # what an order refuses may be right for what another replica has made of it
            return False
        if not all(one.changed for one in loaded.values()):
            return False
        try:
            await self._orders.save(loaded.values())
        except Conflict:
            return False
        return True


def _ids(deliveries: Sequence[Delivery]) -> set[str]:
    return {delivery.event.order_id for delivery in deliveries}


def _applied(deliveries: Sequence[Delivery], loaded: dict[str, Loaded]) -> dict[str, Loaded]:
    for delivery in deliveries:
        _apply_to(loaded.get(delivery.event.order_id), delivery)
    return loaded


def _apply_to(loaded: Loaded | None, delivery: Delivery) -> None:
    if loaded is None:
        raise UnknownOrder(f"no order {delivery.event.order_id}")
    loaded.events += apply(loaded.order, delivery.event, delivery.envelope.time)
    loaded.traceparent = delivery.traceparent


def apply(order: Order, fact: object, at: datetime) -> list[OrderEvent]:
    """What the order says of a fact."""
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
        case PaymentClosed():
            return order.close_payment(at)
        case RefundSettled(late=True):
            return []  # money for an order that had ended: never the order's own
        case RefundSettled(refund_id=refund_id):
            return order.settle_refund(refund_id, at)
        case RefundFailed(refund_id=refund_id):
            return order.fail_refund(refund_id)
    raise TypeError(f"{type(fact).__name__} is no fact about orders")
