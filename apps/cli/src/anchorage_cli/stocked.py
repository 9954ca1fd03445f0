"""Whether the stock of each SKU adds up, and is what orders hold and have bought: invariant 2 of `anchorage audit`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from anchorage_cli.rebuild import RebuiltOrder
from runtime.mongo.client import Document

UNPAID = {"placed", "confirmed", "awaiting_payment", "closing"}
SOLD = {"paid", "shipped", "completed"}


def wrongly_stocked(
    stock: Iterable[Document], orders: Mapping[str, Document], told: Mapping[str, RebuiltOrder]
) -> Iterator[str]:
    """Each violation in words. `told` are the orders according to the streams, by their ids like `orders`."""
    held, sold = _expected(orders, told)
    for sku in stock:
        yield from (f"{sku['_id']}: {wrong}" for wrong in _wrong(sku, held[sku["_id"]], sold[sku["_id"]]))


def _wrong(sku: Document, held: int, sold: int) -> Iterator[str]:
    left, right = sku["initial"] + sku["adjusted"], sku["available"] + sku["reserved"] + sku["sold"]
    if left != right:
        yield f"initial + adjusted is {left}, available + reserved + sold is {right}"
    negative = [part for part in ("available", "reserved", "sold") if sku[part] < 0]
    if negative:
        yield f"{', '.join(negative)} below zero"
    holds = sum(sku.get("holds", {}).values())
    if sku["reserved"] != holds:
        yield f"{sku['reserved']} reserved, its holds are {holds}"
    if sku["reserved"] != held:
        yield f"{sku['reserved']} reserved, open orders hold {held}"
    if sku["sold"] != sold:
        yield f"{sku['sold']} sold, paid orders have {sold}"


def _expected(
    orders: Mapping[str, Document], told: Mapping[str, RebuiltOrder]
) -> tuple[Counter[str], Counter[str]]:
    """What orders at rest hold and have bought, by SKU."""
    held: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    for order_id, order in orders.items():
        if order["status"] in UNPAID and any(entry["status"] == "confirmed" for entry in order["history"]):
            held += _pieces(order["lines"])
        elif order["status"] in SOLD:
            sold += _pieces(order["lines"])
        elif order["status"] == "refunded":
            sold += _pieces(order["lines"]) - _given_back(order, told.get(order_id))
    return held, sold


def _given_back(order: Document, told: RebuiltOrder | None) -> Counter[str]:
    """What a refund in full made available again: what was never sent, or what an event of an earlier version said."""
    pieces = _pieces(order["lines"])
    if told is not None and told.gave_all_back is not None:
        return pieces if told.gave_all_back else Counter()
    return pieces - _pieces(line for shipment in order["shipments"] for line in shipment["lines"])


def _pieces(lines: Iterable[Document]) -> Counter[str]:
    """How many pieces of each SKU."""
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line["sku_id"]] += line["quantity"]
    return pieces
