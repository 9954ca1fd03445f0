"""A cart keeps what was put, says what cannot be bought, and gives up what was ordered once."""

from __future__ import annotations

from collections import Counter

from checkout_support.samples import MINI_PROGRAM, NOW
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.cart import Cart, CartLine, Obstacle, QuotedLine
from checkout.domain.purchase import Terms
from checkout.domain.shop import Offer

TEA, CUP = CartLine("tea", 2, "Tea"), CartLine("cup", 1, "Cup")
CART = Cart(MINI_PROGRAM, "o1").with_lines((TEA, CUP), "SPRING", NOW)
quantities = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 9), max_size=5)


def offer(*, listed: bool = True) -> Offer:
    return Offer("tea", "p1", MINI_PROGRAM, "Tea", {}, 100, 3, listed, Terms(100, 500, 1))


def test_each_change_has_a_version_and_no_change_has_none() -> None:
    assert CART.version == 1
    assert CART.with_lines((TEA, CUP), "SPRING", NOW) is CART
    assert CART.with_lines((TEA,), None, NOW).version == 2


def test_an_order_takes_its_lines_and_the_coupon_once() -> None:
    after = CART.after_order("order1", [("tea", 1), ("cup", 1)], NOW)
    assert after.lines == (CartLine("tea", 1, "Tea"),)
    assert after.coupon_code is None
    assert after.after_order("order1", [("tea", 1)], NOW) is after


def test_what_was_put_after_the_order_stays_when_the_order_is_repeated() -> None:
    after = CART.after_order("order1", [("tea", 2), ("cup", 1)], NOW).with_lines((TEA,), None, NOW)
    assert after.after_order("order1", [("tea", 2), ("cup", 1)], NOW).lines == (TEA,)


@given(held=quantities, orders=st.lists(quantities, max_size=5), repeats=st.lists(st.integers(0, 4)))
def test_orders_take_what_they_bought_whatever_is_repeated(
    held: dict[str, int], orders: list[dict[str, int]], repeats: list[int]
) -> None:
    lines = tuple(CartLine(sku_id, quantity) for sku_id, quantity in held.items())
    cart = Cart(MINI_PROGRAM, "o1").with_lines(lines, None, NOW)
    for n, bought in enumerate(orders):
        cart = cart.after_order(f"order{n}", bought.items(), NOW)
        for again in repeats:
            if again <= n:
                assert cart.after_order(f"order{again}", orders[again].items(), NOW) is cart
    left = Counter(held)
    for bought in orders:
        left -= Counter(bought)
    assert {line.sku_id: line.quantity for line in cart.lines} == dict(left)


def test_a_line_says_why_it_cannot_be_bought() -> None:
    quoted = {
        Obstacle.DELISTED: [QuotedLine(TEA, None, None), QuotedLine(TEA, offer(listed=False), 5)],
        Obstacle.SOLD_OUT: [QuotedLine(TEA, offer(), 0)],
        Obstacle.NOT_ENOUGH_STOCK: [QuotedLine(TEA, offer(), 1)],
        None: [QuotedLine(TEA, offer(), 2), QuotedLine(TEA, offer(), None)],
    }
    for obstacle, lines in quoted.items():
        assert [line.obstacle for line in lines] == [obstacle] * len(lines)
