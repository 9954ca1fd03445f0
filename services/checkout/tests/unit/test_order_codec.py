"""Orders survive being stored, and an update stores all that changed."""

from collections.abc import Callable
from typing import Any

from checkout_support.samples import LINK, NOW, paid_order, parcel, placed_order

from checkout.adapters.order_codec import changing_fields, document_of, order_of
from checkout.domain.coupon import CouponUse
from checkout.domain.purchase import Amounts


def test_an_order_survives_its_document() -> None:
    order = paid_order(amounts=Amounts(200, delivery_fee=80, discount=30))
    order.coupon = CouponUse("SPRING", 3, 0)
    order.ship(parcel("s1", ("sku1", 1)))
    order.request_refund("r1", 10, "dent", fingerprint="f2")
    assert order_of(document_of(order)) == order


def test_an_order_that_a_later_version_stored_with_fields_of_its_own_is_read() -> None:
    order = paid_order(amounts=Amounts(200))
    order.ship(parcel("s1", ("sku1", 1)))
    order.request_refund("r1", 10, "dent", fingerprint="f2")
    assert order_of(with_more_fields(document_of(order))) == order


def with_more_fields(stored: Any) -> Any:
    """The document with another field at every level; the names of attributes are the owners' own."""
    if isinstance(stored, list):
        return [with_more_fields(part) for part in stored]
    if not isinstance(stored, dict):
        return stored
    more = {k: v if k.startswith("attributes") else with_more_fields(v) for k, v in stored.items()}
    return more | {"of_a_later_version": 1}


def test_an_order_that_was_stored_without_amounts_costs_what_its_lines_cost() -> None:
    stored = document_of(placed_order())
    for name in ("subtotal", "delivery_fee", "discount", "coupon_code", "coupon"):
        del stored[name]
    order = order_of(stored)
    assert (order.amounts, order.coupon_code) == (Amounts(200), None)


def test_applying_changed_fields_to_the_stored_document_yields_the_current_order() -> None:
    order = placed_order()
    stored = document_of(order)
    steps: tuple[Callable[[], object], ...] = (
        lambda: order.reserve_stock(NOW), lambda: order.request_payment(LINK, NOW),
        lambda: order.settle_payment("T1", NOW), lambda: order.request_refund("r1", 100, "torn"),
        lambda: order.approve_refund("r1", NOW), lambda: order.ship(parcel("s1", ("sku1", 1))),
        lambda: order.ship(parcel("s2")), lambda: order.settle_refund("r1", NOW),
    )  # fmt: skip
    for step in steps:
        step()
        changed = {name: value for name, value in changing_fields(order).items() if stored[name] != value}
        assert "version" in changed
        stored = stored | changed
        assert stored == document_of(order)
