"""Which buyers' reviews cannot be: the audit's invariant 10."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from runtime.mongo.client import Document


def wrongly_reviewed(reviews: Sequence[Document], orders: Mapping[str, Document]) -> Iterator[str]:
    """Reviews of what their author did not buy and receive, of a line that has one already, or shown without a
    verdict or after a refund in full."""
    lines = Counter((review["order_id"], review["sku_id"]) for review in reviews)
    for review in reviews:
        yield from (f"review {review['_id']}: {wrong}" for wrong in _wrong(review, orders, lines))


def _wrong(
    review: Document, orders: Mapping[str, Document], lines: Counter[tuple[str, str]]
) -> Iterator[str]:
    if lines[review["order_id"], review["sku_id"]] > 1:
        yield f"the line {review['sku_id']} of {review['order_id']} has more than one"
    if review["is_shown"] and (review["text"]["status"] != "passed" or review["hidden"] is not None):
        yield "it is shown, and its text has not passed or it is hidden"
    order = orders.get(review["order_id"])
    if order is None:
        yield f"there is no order {review['order_id']}"
        return
    if review["is_shown"] and order["status"] == "refunded":
        yield f"it is shown, and {review['order_id']} was refunded in full"
    if any(review[name] != order[name] for name in ("mini_program_id", "host_id", "openid")):
        yield f"it is not by the buyer of {review['order_id']}"
    if all(entry["status"] != "completed" for entry in order["history"]):
        yield f"{review['order_id']} was never completed"
    if all(
        (line["sku_id"], line["product_id"]) != (review["sku_id"], review["product_id"])
        for line in order["lines"]
    ):
        yield f"{review['order_id']} has no line of {review['sku_id']}"
