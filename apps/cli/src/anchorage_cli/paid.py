"""Whether each order has one payment, of its amounts, and late money went back once: invariant 3 of `anchorage audit`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from runtime.mongo.client import Document

PAID = {"paid", "shipped", "completed", "refunded"}


def wrongly_paid(
    orders: Mapping[str, Document], trades: Mapping[str, Document], now: datetime, grace: timedelta
) -> Iterator[str]:
    """Each violation in words. Orders and trades are by order ids; an order may lag behind its trade for `grace`."""
    for order_id, trade in trades.items():
        if (order := orders.get(order_id)) is not None:
            wrongs = _wrong(order, trade, settling=now <= last_money(trade) + grace)
            yield from (f"{order_id}: {wrong}" for wrong in wrongs)
        elif trade.get("trade_no"):
            yield f"{order_id}: money for an order that does not exist"
    for order_id, order in orders.items():
        if not _adds_up(order):
            yield f"{order_id}: its amounts do not add up to its total"
        if order["status"] in PAID and order_id not in trades:
            yield f"{order_id}: paid without a trade"


def _adds_up(order: Document) -> bool:
    """Orders without a subtotal have neither delivery fee nor discount."""
    if "subtotal" not in order:
        return True
    subtotal, fee, discount = order["subtotal"], order["delivery_fee"], order["discount"]
    lines = sum(line["unit_price"] * line["quantity"] for line in order["lines"])
    return (subtotal, order["total"]) == (lines, subtotal - discount + fee) and 0 <= discount <= subtotal


def _wrong(order: Document, trade: Document, *, settling: bool) -> Iterator[str]:
    """`settling`: money moved so recently that the order may not show it yet."""
    if trade["total"] not in (order["total"], 0):  # 0: the trade was never opened
        yield f"trade is of {trade['total']}, order of {order['total']}"
    late = [refund for refund in trade["refunds"] if refund["late"]]
    if len(late) > 1:
        yield f"late money refunded {len(late)} times"
    back = sum(refund["amount"] for refund in trade["refunds"] if refund["state"] == "settled")
    if back > trade["total"]:
        yield f"{back} refunded of {trade['total']}"
    if settling:
        return
    if (trade["state"] == "settled") != (order["status"] in PAID):
        yield f"trade is {trade['state']}, order is {order['status']}"
    came_late = trade["state"] == "closed" and trade.get("trade_no")
    if came_late and all(refund["state"] != "settled" for refund in late):
        yield "late money was not refunded"
    if order["refunded_total"] != (0 if late else back):
        yield f"{back} went back, the order says {order['refunded_total']}"


def last_money(trade: Document) -> datetime:
    """When money of the trade moved last."""
    moved = [trade.get("paid_at"), *(refund.get("settled_at") for refund in trade["refunds"])]
    return max((at for at in moved if at is not None), default=datetime.min.replace(tzinfo=UTC))
