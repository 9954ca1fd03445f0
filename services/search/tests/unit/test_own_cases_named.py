"""Generated names in every way of writing them: what `make bench-search` prints, held to its goal.

The queries that name none are in a module of their own, so that both run in parallel.
"""

from __future__ import annotations

from bench.own_cases import OwnCases, World


def test_a_named_mini_program_comes_first() -> None:
    cases, world = OwnCases(), World()
    world.run_named(cases)
    world.close()
    assert cases.first >= 0.95, cases.misses[:20]
    for way, count in cases.named.items():
        assert count >= 150, f"too few queries: {way}"
        assert cases.right[way] >= 0.9 * count, (way, cases.misses[:20])
