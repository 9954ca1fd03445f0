"""Answers a fact that is asked again: the order announces what has become of it once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.application.apply_facts import OrderFact
from checkout.application.ports import Announcer, Orders
from checkout.domain.status import Status
from contracts.checkout import OrderCancelled, OrderPaid, OrderRefunded


@dataclass(frozen=True, slots=True)
class AnswerAgain:
    """Catalog asks again when a reservation is neither sold nor released long after the order's deadline."""

    orders: Orders
    announcer: Announcer

    async def __call__(self, asked: Sequence[OrderFact]) -> None:
        for order_id in {fact.order_id for fact in asked}:
            order = await self.orders.get(order_id)
            if order is None:
                continue
            if order.status is Status.CANCELLED:
                await self.announcer.again(order_id, OrderCancelled)
            elif order.payment is not None and order.payment.trade_no is not None:
                await self.announcer.again(order_id, OrderPaid)
            if order.status is Status.REFUNDED:
                await self.announcer.again(order_id, OrderRefunded)
