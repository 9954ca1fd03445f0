"""What becomes of an order's stock, as a table."""

from __future__ import annotations

import pytest

from catalog.application.reserving import Told, turns
from catalog.domain.errors import IllegalTransition
from catalog.domain.reservation import Happening, OnSale, State, Step, merged, step_for, why_not_on_sale

EXPECTED = {
    "none": ("reserve", None, "forestall", None),
    "forestalled": ("refuse", None, "nothing", None),
    "reserved": ("nothing", "commit", "release", None),
    "rejected": ("clean_up", None, "nothing", "nothing"),
    "released": ("clean_up", None, "nothing", "nothing"),
    "committed": ("nothing", "nothing", None, "return"),
    "returned": ("nothing", "nothing", None, "nothing"),
}
"""State → placed, paid, cancelled, refunded; None can never be legal."""


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("column", "happening"), list(enumerate(Happening)))
def test_every_state_knows_what_to_do_about_every_event(
    state: State, column: int, happening: Happening
) -> None:
    expected = EXPECTED[state][column]
    if expected is None:
        with pytest.raises(IllegalTransition, match=state):
            step_for(state, happening)
    else:
        assert step_for(state, happening) is Step(expected)


def test_lines_are_merged_and_in_the_order_of_skus() -> None:
    assert merged([("b", 1), ("a", 2), ("b", 3)]) == (("a", 2), ("b", 4))


PRODUCTS = {
    "tea": OnSale("shop0001", mini_program_published=True, listed=True, skus=frozenset({"t1"})),
    "old": OnSale("shop0001", mini_program_published=True, listed=False, skus=frozenset({"o1"})),
    "cup": OnSale("shop0002", mini_program_published=False, listed=True, skus=frozenset({"c1"})),
}


@pytest.mark.parametrize(
    ("mini_program_id", "wanted", "reason"),
    [
        ("shop0001", [("tea", "t1")], None),
        ("shop0001", [("tea", "t1"), ("old", "o1")], "delisted"),
        ("shop0001", [("tea", "another")], "delisted"),
        ("shop0001", [("unknown", "t1")], "delisted"),
        ("shop0002", [("tea", "t1")], "delisted"),
        ("shop0002", [("cup", "c1")], "suspended"),
    ],
)
def test_only_what_is_on_sale_in_the_orders_own_shop_is_held(
    mini_program_id: str, wanted: list[tuple[str, str]], reason: str | None
) -> None:
    assert why_not_on_sale(mini_program_id, wanted, PRODUCTS) == reason


def test_events_of_one_order_keep_their_order_and_others_go_beside_them() -> None:
    def told(order_id: str, happening: Happening) -> Told:
        return Told(happening, order_id, "shop0001")

    placed_a, placed_b = told("a", Happening.PLACED), told("b", Happening.PLACED)
    paid_a, cancelled_b, refunded_a = (
        told("a", Happening.PAID),
        told("b", Happening.CANCELLED),
        told("a", Happening.REFUNDED),
    )
    assert turns([placed_a, paid_a, placed_b, refunded_a, cancelled_b]) == [
        [placed_a, placed_b],
        [paid_a, cancelled_b],
        [refunded_a],
    ]
