"""What checkout knows about the payment of an order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment link, and the trade's number once the order is paid."""

    status: str
    product: str
    out_trade_no: str
    cashier_url: str | None = None
    order_string: str | None = None
    trade_no: str | None = None
