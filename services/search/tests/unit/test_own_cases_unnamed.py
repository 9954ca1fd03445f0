"""Queries that name no mini program show none first: the other half of the generated cases."""

from __future__ import annotations

from bench.own_cases import OwnCases, World


def test_a_query_that_names_none_shows_none_first() -> None:
    cases, world = OwnCases(), World()
    world.run_unnamed(cases)
    world.close()
    assert cases.unnamed == 2_400
    assert cases.wrongly <= 0.01, cases.misses[-20:]
