"""Rankings fused by rank."""

from __future__ import annotations

from search.domain.fusion import fused, ranks


def test_equal_similarities_share_a_rank() -> None:
    assert ranks({1: 0.5, 2: 0.9, 3: 0.9, 4: 0.1}) == {2: 0, 3: 0, 1: 2, 4: 3}


def test_without_similarities_the_order_by_words_stays() -> None:
    assert [number for _, number in fused([5, 3, 9], {}, 0.4)] == [5, 3, 9]


def test_meaning_lifts_low_matches_and_adds_products_without_the_words() -> None:
    order = [number for _, number in fused(list(range(40)), {39: 0.9, 77: 0.8, 0: 0.1}, 0.6)]
    assert order.index(39) < 20
    assert 77 in order
    assert set(order) == {*range(40), 77}
