"""Amounts are spread to the fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import spread, yuan


@pytest.mark.parametrize(
    ("fen", "text"), [(12900, "129.00"), (5, "0.05"), (0, "0.00"), (-5, "-0.05"), (-12901, "-129.01")]
)
def test_an_amount_in_yuan_has_two_decimals(fen: int, text: str) -> None:
    assert yuan(fen) == text


@given(
    total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**7), min_size=1, max_size=50).filter(any)
)
def test_spreading_loses_no_fen_and_is_within_one_of_the_proportion(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_of_two_equal_remainders_the_earlier_one_gets_the_fen() -> None:
    assert spread(5, [1, 1]) == [3, 2]


def test_nothing_can_be_spread_over_lines_that_cost_nothing() -> None:
    assert spread(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="1 fen cannot be spread"):
        spread(1, [0, 0])
