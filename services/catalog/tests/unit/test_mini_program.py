"""The rules of mini programs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalog_support.samples import PROGRAM

from catalog.domain import mini_program
from catalog.domain.errors import OperatorsOnly, Refused
from catalog.domain.mini_program import Changed, MiniProgram


def changed(outcome: Changed | None) -> Changed:
    """The outcome of a command that must change something."""
    assert outcome is not None
    return outcome


def published() -> MiniProgram:
    registered, _ = mini_program.register("shop0001", PROGRAM)
    return changed(mini_program.publish(registered))[0]


def test_an_owner_may_change_everything_until_the_review() -> None:
    registered, event = mini_program.register("shop0001", PROGRAM)
    assert event == "registered"
    raised = replace(PROGRAM, exposure_priority=9, platform_bp=1)
    after, event = changed(mini_program.change(registered, raised, by_operator=False))
    assert (event, after.version, after.terms.version) == ("changed", 2, 2)


@pytest.mark.parametrize(
    ("field", "value"), [("exposure_priority", 1), ("sponsored", True), ("merchant", "m"), ("platform_bp", 1)]
)
def test_only_an_operator_changes_what_was_reviewed(field: str, value: object) -> None:
    current = published()
    wanted = replace(PROGRAM, **{field: value})  # type: ignore[arg-type]
    with pytest.raises(OperatorsOnly):
        mini_program.change(current, wanted, by_operator=False)
    assert changed(mini_program.change(current, wanted, by_operator=True))[1] == "changed"
    owners = mini_program.change(current, replace(PROGRAM, creator_bp=1), by_operator=False)
    assert changed(owners)[1] == "changed"


def test_the_states_from_registration_to_suspension_and_back() -> None:
    registered, _ = mini_program.register("shop0001", PROGRAM)
    for rule in (lambda p: mini_program.suspend(p, "x"), mini_program.reinstate):
        with pytest.raises(Refused):
            rule(registered)
    suspended, event = changed(mini_program.suspend(published(), "fakes"))
    assert (event, suspended.reason) == ("suspended", "fakes")
    with pytest.raises(Refused):
        mini_program.publish(suspended)
    back, event = changed(mini_program.reinstate(suspended))
    assert (event, back.state, back.reason, back.version) == ("changed", "published", "", 4)
    assert mini_program.reinstate(back) is None


def test_a_repeat_changes_nothing() -> None:
    current = published()
    assert mini_program.change(current, PROGRAM, by_operator=False) is None
    assert mini_program.publish(current) is None
