"""How old pages may be."""

from __future__ import annotations

from catalog.application.read_model.freshness import Freshness


def test_pages_are_outdated_when_changes_were_missed_for_longer_than_allowed() -> None:
    now = 100.0
    freshness = Freshness(60, lambda: now)
    assert (freshness.loaded, freshness.outdated) == (False, True)
    freshness.complete()
    now += 60
    assert (freshness.loaded, freshness.outdated) == (True, False)
    now += 1
    assert freshness.outdated
    freshness.following()
    now += 1000
    assert not freshness.outdated
    freshness.complete()
    now += 60
    assert not freshness.outdated
