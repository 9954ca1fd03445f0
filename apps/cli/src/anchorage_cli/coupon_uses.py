"""Whether each coupon is used by just those orders that may: invariant 9 of `anchorage audit`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from runtime.mongo.client import Document

ENDED_UNPAID = ("rejected", "cancelled")


def wrongly_used(orders: Iterable[Document], coupons: Mapping[str, Document]) -> Iterator[str]:
    """Each violation in words: a living order without its coupon, an ended one with it, a slot of two orders, more uses than
    the stock. `coupons` are by their ids."""
    held: Counter[tuple[str, int]] = Counter()
    of_viewers: Counter[tuple[str, str, int]] = Counter()
    for order in orders:
        if (use := order.get("coupon")) is None:
            continue
        slots = (use["slot"], use["viewer_slot"])
        if _gave_back(order):
            if slots != (None, None):
                yield f"{order['_id']}: it ended unpaid or cancelled and still holds the coupon {use['key']}"
            continue
        if None in slots:
            yield f"{order['_id']}: it has a discount and holds no slot of the coupon {use['key']}"
            continue
        coupon_id = f"{order['mini_program_id']}:{use['key']}"
        held[coupon_id, use["slot"]] += 1
        of_viewers[coupon_id, order["openid"], use["viewer_slot"]] += 1
    yield from _shared(held, of_viewers)
    used = Counter(coupon_id for coupon_id, _ in held.elements())
    for coupon_id, times in used.items():
        if coupon_id not in coupons:
            yield f"coupon {coupon_id}: {times} order(s) hold it, and it does not exist"
        elif times > (stock := coupons[coupon_id]["terms"]["stock"]):
            yield f"coupon {coupon_id}: {times} orders hold it, and its stock is {stock}"


def _gave_back(order: Document) -> bool:
    """A refund keeps the coupon, unless the owner cancelled the order."""
    return order["status"] in ENDED_UNPAID or (
        order["status"] == "refunded" and order.get("cancellation") is not None
    )


def _shared(held: Counter[tuple[str, int]], of_viewers: Counter[tuple[str, str, int]]) -> Iterator[str]:
    for (coupon_id, slot), times in held.items():
        if times > 1:
            yield f"coupon {coupon_id}: {times} orders hold slot {slot}"
    for (coupon_id, openid, slot), times in of_viewers.items():
        if times > 1:
            yield f"coupon {coupon_id}: {times} orders of {openid} hold the viewer's slot {slot}"
