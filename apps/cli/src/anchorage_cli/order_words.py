"""Each event of an order as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts import catalog, checkout, payment
from contracts.event import Event
from contracts.money import Money, yuan


def in_words(event: Event) -> str:
    """What happened. An event without a sentence of its own is named."""
    say = _SENTENCES.get(type(event))
    return say(event) if say is not None else type(event).__name__


def _yuan(money: Money) -> str:
    return f"¥{yuan(money.amount)}"


def _placed(event: checkout.OrderPlaced) -> str:
    pieces = sum(line.quantity for line in event.lines)
    coupon = f", with the coupon {event.coupon_code}" if event.coupon_code else ""
    return (
        f"placed: {pieces} piece(s) for {_yuan(event.total)}{coupon}, to be paid by {event.expires_at:%Y-%m-%d %H:%M:%S}Z; "
        f"the buyer came by {event.attribution.surface}"
    )


def _closing(event: checkout.OrderCloseRequested) -> str:
    why = (
        "its time to pay is over"
        if event.reason == "payment_deadline"
        else f"{event.cancelled_by or 'the buyer'} cancelled"
    )
    return f"{why}: payment is asked to close the trade"


def _late(event: payment.RefundSettled | payment.RefundFailed) -> str:
    return "late money" if event.late else f"refund {event.refund_id}"


_SENTENCES: dict[type[Event], Callable[[Any], str]] = {
    checkout.OrderPlaced: _placed,
    checkout.OrderConfirmed: lambda e: "confirmed: the stock is held",
    checkout.OrderCloseRequested: _closing,
    checkout.OrderPaid: lambda e: "the order is paid",
    checkout.OrderShipped: lambda e: f"a parcel was sent with {e.carrier}: {'all' if e.complete else 'a part'} of the goods",
    checkout.OrderCompleted: lambda e: (
        "received: its time for receipt is over" if e.by == "timeout" else "the buyer confirmed receipt"
    ),
    checkout.OrderRejected: lambda e: f"rejected: {e.reason}",
    checkout.OrderCancelled: lambda e: f"ended unpaid: {e.reason}",
    checkout.RefundRequested: lambda e: f"refund {e.refund_id}: the buyer asks for {_yuan(e.amount)}",
    checkout.RefundApproved: lambda e: f"refund {e.refund_id}: {_yuan(e.amount)} approved",
    checkout.RefundRejected: lambda e: f"refund {e.refund_id}: declined",
    checkout.RefundWithdrawn: lambda e: f"refund {e.refund_id}: withdrawn by the buyer",
    checkout.OrderRefundFailed: lambda e: f"refund {e.refund_id}: refused by Alipay for good",
    checkout.OrderRefunded: lambda e: (
        f"refund {e.refund_id}: {_yuan(e.refunded)} refunded, {_yuan(e.refunded_total)} of {_yuan(e.total)} so far"
    ),
    catalog.StockReserved: lambda e: f"catalog holds the stock of {len(e.lines)} SKU(s)",
    catalog.StockRejected: lambda e: f"catalog cannot hold the stock: {e.reason}",
    catalog.StockReleased: lambda e: "the stock is available again",
    catalog.StockCommitted: lambda e: "the stock is sold",
    payment.PaymentRequested: lambda e: f"payment opened the trade; the buyer can pay ({e.product})",
    payment.PaymentSettled: lambda e: f"{_yuan(e.amount)} received by {e.collector}, trade {e.trade_no}",
    payment.PaymentClosed: lambda e: f"the trade is closed unpaid: {e.reason}",
    payment.RefundSettled: lambda e: f"{_late(e)}: {_yuan(e.amount)} reached the buyer",
    payment.RefundFailed: lambda e: f"{_late(e)}: Alipay refuses {_yuan(e.amount)} for good: {e.reason}",
    payment.LatePaymentReceived: lambda e: f"{_yuan(e.amount)} came after the end, trade {e.trade_no}; it goes back once",
    payment.CommissionAccrued: lambda e: (
        f"shared out: owner {_yuan(e.owner)}, platform {_yuan(e.platform)}, creator {_yuan(e.creator)}"
    ),
    payment.CommissionReversed: lambda e: (
        f"shares taken back for refund {e.refund_id}: owner {_yuan(e.owner)}, platform {_yuan(e.platform)}, "
        f"creator {_yuan(e.creator)}"
    ),
}  # fmt: skip
