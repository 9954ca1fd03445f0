"""Which products an order may reserve."""

from __future__ import annotations

import pytest

from catalog.domain.on_sale import OnSale, why_not_on_sale

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
def test_an_order_may_only_reserve_what_is_on_sale_in_its_own_shop(
    mini_program_id: str, wanted: list[tuple[str, str]], reason: str | None
) -> None:
    assert why_not_on_sale(mini_program_id, wanted, PRODUCTS) == reason
