"""Names in every way of asking, over mini programs of our own making: what `make bench-search` prints, held to its goal."""

from __future__ import annotations

from search.bench.own_cases import own_cases


def test_what_is_named_comes_first_and_what_is_not_captures_nothing() -> None:
    found = own_cases()
    assert found.first >= 0.95, found.misses[:20]
    assert found.wrongly <= 0.01, found.misses[-20:]
    for way, asked in found.asked.items():
        assert asked >= 150, f"{way} was asked too seldom"
        assert found.right[way] >= 0.9 * asked, (way, found.misses[:20])
