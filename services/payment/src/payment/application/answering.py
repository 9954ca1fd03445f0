"""Answers again what is asked again: how to pay, that a trade is closed or paid, that money was sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.catalog import StockReserved
from contracts.checkout import OrderCloseRequested, RefundApproved
from contracts.payment import PaymentClosed, PaymentRequested, PaymentSettled, RefundFailed, RefundSettled
from payment.application.ports import Announcer


@dataclass(frozen=True, slots=True)
class AnswerAgain:
    """An order or a reservation asks again when it has waited for longer than is usual."""

    announcer: Announcer

    async def __call__(self, asked: Sequence[StockReserved | OrderCloseRequested | RefundApproved]) -> None:
        for event in asked:
            again, order_id = self.announcer.again, event.order_id
            match event:
                case StockReserved():
                    await again(order_id, PaymentRequested)
                    await again(order_id, PaymentSettled, PaymentClosed)
                case OrderCloseRequested():
                    await again(order_id, PaymentSettled, PaymentClosed)
                case RefundApproved(refund_id=refund_id):
                    await again(order_id, RefundSettled, RefundFailed, refund_id=refund_id)
