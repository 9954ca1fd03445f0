"""The levels that are to be published."""

from __future__ import annotations

from catalog.adapters.changed_levels import KEEP_SECONDS, ChangedLevels


def test_a_replica_that_does_not_lead_keeps_changes_for_a_minute() -> None:
    now = 0.0
    changed = ChangedLevels(lambda: now)
    changed.mark(["a", "b"])
    now = 30.0
    changed.mark(["a"])
    now = KEEP_SECONDS + 1
    changed.drop_old()
    assert changed.take() == ["a"]
    assert changed.take() == []
