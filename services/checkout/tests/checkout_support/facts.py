"""What other services announce about an order of two units of one SKU at 100 fen each."""

from __future__ import annotations

from checkout.domain.order_id import mini_program_of
from contracts.catalog import StockLine, StockRejected, StockReserved
from contracts.money import cny
from contracts.payment import PaymentClosed, PaymentRequested, PaymentSettled, RefundFailed, RefundSettled
from runtime.clock import system_clock

CASHIER_URL = "https://pay.example/1"


def stock_reserved(order_id: str, sku_id: str = "sku1") -> StockReserved:
    lines = (StockLine(sku_id=sku_id, quantity=2),)
    return StockReserved(version=1, order_id=order_id, mini_program_id=_mini_program(order_id), lines=lines)


def stock_rejected(order_id: str, sku_id: str) -> StockRejected:
    lines = (StockLine(sku_id=sku_id, quantity=2),)
    return StockRejected(
        version=1, order_id=order_id, mini_program_id=_mini_program(order_id), lines=lines, reason="out_of_stock"
    )  # fmt: skip


def payment_requested(order_id: str) -> PaymentRequested:
    return PaymentRequested(
        version=1, order_id=order_id, mini_program_id=_mini_program(order_id), at=system_clock(), product="wap",
        out_trade_no=order_id, cashier_url=CASHIER_URL,
    )  # fmt: skip


def payment_settled(order_id: str, amount: int = 200) -> PaymentSettled:
    return PaymentSettled(
        version=2, order_id=order_id, mini_program_id=_mini_program(order_id), at=system_clock(), trade_no="T1",
        amount=cny(amount),
    )  # fmt: skip


def payment_closed(order_id: str) -> PaymentClosed:
    return PaymentClosed(
        version=2, order_id=order_id, mini_program_id=_mini_program(order_id), at=system_clock(),
        reason="cancelled_by_buyer",
    )  # fmt: skip


def refund_settled(order_id: str, refund_id: str = "r1", amount: int = 200) -> RefundSettled:
    return RefundSettled(
        version=3, order_id=order_id, mini_program_id=_mini_program(order_id), at=system_clock(),
        refund_id=refund_id, amount=cny(amount),
    )  # fmt: skip


def refund_failed(order_id: str, refund_id: str = "r1", *, late: bool = False) -> RefundFailed:
    return RefundFailed(
        version=3, order_id=order_id, mini_program_id=_mini_program(order_id), at=system_clock(),
        refund_id=refund_id, amount=cny(200), reason="refused", late=late,
    )  # fmt: skip


def _mini_program(order_id: str) -> str:
    mini_program_id = mini_program_of(order_id)
    assert mini_program_id is not None
    return mini_program_id
