"""Rankings fused by rank."""

from __future__ import annotations

from search.domain.fusion import fused, ranks


def test_equally_alike_share_a_place() -> None:
    assert ranks({1: 0.5, 2: 0.9, 3: 0.9, 4: 0.1}) == {2: 0, 3: 0, 1: 2, 4: 3}


def test_where_nothing_has_a_meaning_words_alone_decide() -> None:
    assert [number for _, number in fused([5, 3, 9], {}, 0.4)] == [5, 3, 9]


def test_meaning_lifts_what_words_put_low_and_brings_what_they_missed() -> None:
    order = [number for _, number in fused(list(range(40)), {39: 0.9, 77: 0.8, 0: 0.1}, 0.6)]
    assert order.index(39) < 20
    assert 77 in order
    assert set(order) == {*range(40), 77}
