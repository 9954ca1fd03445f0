"""The states of a reservation."""

from __future__ import annotations

import pytest

from catalog.domain.errors import IllegalTransition
from catalog.domain.reservation import FactKind, State, Step, merged, step_for

EXPECTED = {
    "none": ("reserve", None, "forestall", None),
    "forestalled": ("refuse", None, "nothing", None),
    "reserved": ("nothing", "commit", "release", None),
    "rejected": ("clean_up", None, "nothing", "nothing"),
    "released": ("clean_up", None, "nothing", "nothing"),
    "committed": ("clean_up", "nothing", None, "return"),
    "returned": ("clean_up", "nothing", None, "nothing"),
}
"""State → placed, paid, cancelled, refunded; None is never legal."""


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("column", "kind"), list(enumerate(FactKind)))
def test_every_state_has_a_step_for_every_fact_or_refuses_it(
    state: State, column: int, kind: FactKind
) -> None:
    expected = EXPECTED[state][column]
    if expected is None:
        with pytest.raises(IllegalTransition, match=state):
            step_for(state, kind)
    else:
        assert step_for(state, kind) is Step(expected)


def test_lines_are_merged_and_in_the_order_of_skus() -> None:
    assert merged([("b", 1), ("a", 2), ("b", 3)]) == (("a", 2), ("b", 4))
