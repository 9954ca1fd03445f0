"""Each line's part of the discount: readers see it, and refunds of lines bring back just what was paid for them."""

from __future__ import annotations

from datetime import timedelta

from checkout_support.samples import NOW, line, paid_order, parcel
from hypothesis import assume, given
from hypothesis import strategies as st

from checkout.domain.events import Completed
from checkout.domain.order import RECEIPT_AFTER, Order
from checkout.domain.purchase import Amounts, Line
from checkout.domain.status import Status
from checkout.http.order_views import order_view

prices = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 9)), min_size=1, max_size=6)
A_LOT = 2**40


def order_of(lines: list[Line], discount: int, delivery_fee: int = 0) -> Order:
    order = paid_order()
    order.lines = tuple(lines)
    order.amounts = Amounts.of(lines, discount=discount, delivery_fee=delivery_fee)
    return order


def lines_of(prices: list[tuple[int, int]]) -> list[Line]:
    return [line(f"sku{n}", price, quantity) for n, (price, quantity) in enumerate(prices)]


def pay_back(order: Order, refund_id: str, amount: int) -> None:
    order.request_refund(refund_id, amount, "broken")
    order.approve_refund(refund_id, NOW)
    order.settle_refund(refund_id, NOW)


@given(prices=prices, discount=st.integers(0, A_LOT), fee=st.integers(0, 5_000))
def test_refunds_of_all_lines_and_the_delivery_fee_bring_back_just_what_was_paid(
    prices: list[tuple[int, int]], discount: int, fee: int
) -> None:
    lines = lines_of(prices)
    whole = sum(line.total for line in lines)
    order = order_of(lines, discount % whole, fee)
    view = order_view(order)
    assert sum(line.discount.amount for line in view.lines) == view.discount.amount
    for n, one in enumerate(view.lines):
        assert 0 <= one.discount.amount <= one.line_total.amount
        if paid := one.line_total.amount - one.discount.amount:
            pay_back(order, f"r{n}", paid)
    assert order.total - order.refunded_total == fee
    if fee:
        pay_back(order, "fee", fee)
    assert order.status is Status.REFUNDED


@given(prices=prices, discount=st.integers(0, A_LOT), data=st.data())
def test_unsent_lines_hold_the_receipt_until_just_what_was_paid_for_them_is_back(
    prices: list[tuple[int, int]], discount: int, data: st.DataObject
) -> None:
    lines = lines_of(prices)
    order = order_of(lines, discount % sum(line.total for line in lines))
    sent = data.draw(st.integers(1, len(lines)))
    order.ship(parcel("s1", *((line.sku_id, line.quantity) for line in lines[:sent])))
    unsent = sum(order.amounts.paid_for(order.lines)[sent:])
    assume(unsent < order.total)
    due = NOW + RECEIPT_AFTER + timedelta(days=1)
    if unsent:
        assert sent == len(lines) or order.holds_receipt
        pay_back(order, "r1", unsent)
    assert not order.holds_receipt
    if sent == len(lines):
        assert order.time_out_receipt(due) == [Completed("timeout")]
