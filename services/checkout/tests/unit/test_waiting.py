"""An order has stalled once it has waited for longer than is usual, unless it waits for its buyer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from checkout_support.samples import LINK, NOW, paid_order, parcel, placed_order

from checkout.domain.closing import CANCELLED_BY_BUYER
from checkout.domain.order import Order
from checkout.domain.waiting import WaitsFor, stalled_waits

MINUTE = timedelta(minutes=1)


def confirmed() -> Order:
    order = placed_order()
    order.reserve_stock(NOW)
    return order


def payable() -> Order:
    order = confirmed()
    order.request_payment(LINK, NOW)
    return order


def closing(order: Order) -> Order:
    order.close(CANCELLED_BY_BUYER, NOW)
    return order


def refunding() -> Order:
    order = paid_order()
    order.request_refund("r1", 10, "dent")
    order.approve_refund("r1", NOW + MINUTE)
    return order


def sent() -> Order:
    order = paid_order()
    order.ship(parcel())
    return order


@pytest.mark.parametrize(
    ("order", "usual_until", "waits_for"),
    [
        (placed_order(), MINUTE, WaitsFor.STOCK),
        (confirmed(), MINUTE, WaitsFor.LINK),
        (payable(), 18 * MINUTE, WaitsFor.DEADLINE),
        (closing(confirmed()), 2 * MINUTE, WaitsFor.CLOSE),
        (closing(payable()), 17 * MINUTE, WaitsFor.CLOSE),
        (refunding(), 11 * MINUTE, WaitsFor.REFUND),
        (sent(), 10 * 24 * 60 * MINUTE + 120 * MINUTE, WaitsFor.RECEIPT),
    ],
)
def test_an_order_stands_still_once_its_time_is_over(
    order: Order, usual_until: timedelta, waits_for: WaitsFor
) -> None:
    assert stalled_waits(order, NOW + usual_until) == []
    [waiting] = stalled_waits(order, NOW + usual_until + timedelta(seconds=1))
    assert waiting.waits_for == waits_for


def test_paid_and_ended_orders_wait_for_nothing() -> None:
    rejected = placed_order()
    rejected.reject_stock("out_of_stock", NOW)
    assert [stalled_waits(order, NOW + 9_999 * MINUTE) for order in (paid_order(), rejected)] == [[], []]
