"""What is done with an order, and what counts as a difference."""

from __future__ import annotations

from typing import Any

import pytest

from platform_demo.rules import (
    Approve,
    AskPerson,
    Ship,
    Step,
    differences,
    missing_pieces,
    next_steps,
    product_differences,
)

AT_ONCE = 5000


def order(status: str, *refunds: tuple[str, str, int], refunded: int = 0, parcels: tuple[str, ...] = ()) -> dict[str, Any]:  # fmt: skip
    return {
        "status": status,
        "refunded_total": {"amount": refunded, "currency": "CNY"},
        "refunds": [
            {"refund_id": name, "status": state, "amount": {"amount": fen}} for name, state, fen in refunds
        ],
        "shipments": [{"tracking_number": number} for number in parcels],
    }


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        (order("placed"), []),
        (order("awaiting_payment"), []),
        (order("paid"), [Ship()]),
        (order("shipped", parcels=("SF1",)), []),
        (order("cancelled"), []),
        (order("paid", ("r1", "requested", 5000)), [Approve("r1")]),
        (order("paid", ("r1", "requested", 5001)), [AskPerson("r1")]),
        (order("paid", ("r1", "approved", 9000)), []),
        (order("paid", ("r1", "rejected", 9000)), [Ship()]),
        (order("paid", ("r1", "withdrawn", 9000)), [Ship()]),
        (order("paid", ("r1", "settled", 2000), refunded=2000), [Ship()]),
        (order("shipped", ("r1", "requested", 100)), [Approve("r1")]),
        (order("refunded", ("r1", "settled", 9000), refunded=9000), []),
    ],
)
def test_each_state_of_an_order_asks_for_its_steps(now: dict[str, Any], steps: list[Step]) -> None:
    assert next_steps(now, AT_ONCE) == steps


def test_many_small_refunds_do_not_add_up_to_a_large_one() -> None:
    settled = order(
        "shipped", ("r1", "settled", 3000), ("r2", "requested", 2000), ("r3", "requested", 1), refunded=3000
    )
    assert next_steps(settled, AT_ONCE) == [Approve("r2"), AskPerson("r3")]
    approved = order("shipped", ("r1", "approved", 3000), ("r2", "requested", 2001))
    assert next_steps(approved, AT_ONCE) == [AskPerson("r2")]


def test_an_order_that_was_not_known_is_a_difference() -> None:
    assert differences(None, order("paid")) == ["the order was unknown; it is paid"]


def test_what_an_order_says_otherwise_is_named() -> None:
    own = order("paid", ("r1", "requested", 1))
    assert differences(own, own) == []
    theirs = order("shipped", ("r1", "settled", 1), ("r2", "requested", 5), parcels=("SF1",))
    assert differences(own, theirs) == [
        "status paid, at Anchorage shipped",
        "refund r1 requested, at Anchorage settled",
        "refund r2 unknown, at Anchorage requested",
        "parcels none, at Anchorage SF1",
    ]


def test_a_product_is_compared_by_title_and_prices() -> None:
    own = {"title": "茶杯", "prices": {"cup_1": 4800}}
    theirs: dict[str, Any] = {
        "title": "茶杯", "listed": True, "skus": [{"sku_id": "cup_1", "price": {"amount": 4800}}],
    }  # fmt: skip
    assert product_differences(own, theirs) == []
    assert product_differences(own, None) == ["not on sale at Anchorage"]
    assert product_differences(own, theirs | {"listed": False}) == ["not on sale at Anchorage"]
    assert len(product_differences(own, theirs | {"title": "杯", "skus": []})) == 2


def test_stock_is_compared_without_what_was_sold_or_is_still_to_be_told() -> None:
    stock = {"initial": 10, "adjusted": 5, "available": 3, "reserved": 2, "sold": 10}
    assert missing_pieces(15, 0, stock) == 0
    assert missing_pieces(20, 5, stock) == 0
    assert missing_pieces(12, 0, stock) == -3
    assert missing_pieces(15, -5, stock) == 5
