"""Compares what other services say about an order with the order itself, before anything changes."""

from __future__ import annotations

from checkout.domain.order import Order
from contracts.catalog import StockRejected, StockReserved
from contracts.money import cny
from contracts.payment import PaymentEvent, PaymentRequested, PaymentSettled, RefundFailed, RefundSettled
from runtime.errors import compare


def check_agrees(order: Order, event: StockReserved | StockRejected | PaymentEvent) -> None:
    """Raises FactMismatch if the event is about another purchase, amount, merchant or trade than the order."""
    subject = order.order_id
    compare(subject, mini_program=(event.mini_program_id, order.mini_program_id))
    match event:
        case StockReserved() | StockRejected():
            stated = sorted((line.sku_id, line.quantity) for line in event.lines)
            compare(subject, lines=(stated, sorted((line.sku_id, line.quantity) for line in order.lines)))
        case PaymentRequested():
            if order.payment is not None:
                compare(subject, out_trade_no=(event.out_trade_no, order.payment.out_trade_no))
        case PaymentSettled():
            compare(
                subject, amount=(event.amount, cny(order.total)), merchant=(_merchant(event), order.merchant)
            )
            if order.payment is not None and order.payment.trade_no is not None:
                compare(subject, trade_no=(event.trade_no, order.payment.trade_no))
        case RefundSettled(late=True) | RefundFailed(late=True):
            compare(subject, amount=(event.amount, cny(order.total)))
        case RefundSettled() | RefundFailed():
            for refund in order.refunds:
                if refund.refund_id == event.refund_id:
                    compare(subject, amount=(event.amount, cny(refund.amount)))


def _merchant(event: PaymentSettled) -> str:
    """The merchant of a collector, which is `provider.merchant`."""
    return event.collector.partition(".")[2]
