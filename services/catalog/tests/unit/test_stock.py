"""An owner's adjustments of stock."""

from __future__ import annotations

import pytest

from catalog.domain.errors import Refused
from catalog.domain.stock import Stock

STOCK = Stock("s1", "p1", "shop0001", available=5, reserved=2, sold=1, initial=8, adjusted=0, version=4)


@pytest.mark.parametrize(
    ("available", "change", "after"), [(0, None, 0), (9, None, 9), (None, -5, 0), (None, 1, 6)]
)
def test_an_adjustment_changes_available_and_adjusted_alike(
    available: int | None, change: int | None, after: int
) -> None:
    adjusted = STOCK.adjusted_to(available=available, change=change)
    assert (adjusted.available, adjusted.adjusted, adjusted.version) == (after, after - 5, 5)
    total = adjusted.available + adjusted.reserved + adjusted.sold
    assert adjusted.initial + adjusted.adjusted == total


def test_an_adjustment_to_the_same_number_changes_nothing() -> None:
    assert STOCK.adjusted_to(available=5, change=None) == STOCK
    assert STOCK.adjusted_to(available=None, change=0) == STOCK


def test_stock_never_falls_below_zero() -> None:
    with pytest.raises(Refused, match="5 available, 6 to be taken away"):
        STOCK.adjusted_to(available=None, change=-6)
