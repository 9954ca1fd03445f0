"""The rules of mini programs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalog_support.samples import PROGRAM

from catalog.domain import mini_program
from catalog.domain.errors import Refused
from catalog.domain.mini_program import Changed, MiniProgram, PlatformTerms, content_of


def changed(outcome: Changed | None) -> Changed:
    """The outcome of a command that must change something."""
    assert outcome is not None
    return outcome


def published() -> MiniProgram:
    registered, _ = mini_program.register("shop0001", PROGRAM)
    return changed(mini_program.show(registered, content_of(PROGRAM), ("h1",), 1))[0]


def test_the_first_release_publishes_and_later_ones_change() -> None:
    first = published()
    assert (first.state, first.version, first.shown_version) == ("published", 2, 1)
    later = replace(content_of(PROGRAM), name="Later", creator_bp=1)
    after, event = changed(mini_program.show(first, later, ("h1", "h2"), 2))
    assert (event, after.details.name, after.details.hosts) == ("changed", "Later", ("h1", "h2"))
    assert (after.terms.version, after.details.owner_name) == (2, PROGRAM.owner_name)


def test_an_older_version_never_replaces_a_newer_one() -> None:
    newer = changed(mini_program.show(published(), replace(content_of(PROGRAM), name="New"), ("h1",), 3))[0]
    assert mini_program.show(newer, content_of(PROGRAM), ("h1",), 2) is None


def test_terms_are_the_platforms() -> None:
    wanted = PlatformTerms(platform_bp=1, exposure_priority=9, sponsored=True, merchant="m")
    after, event = changed(mini_program.set_terms(published(), wanted))
    assert (event, after.terms.platform_bp, after.terms.creator_bp) == ("changed", 1, PROGRAM.creator_bp)
    assert mini_program.set_terms(after, wanted) is None


def test_the_states_from_registration_to_suspension_and_back() -> None:
    registered, _ = mini_program.register("shop0001", PROGRAM)
    for rule in (lambda p: mini_program.suspend(p, "x"), mini_program.reinstate):
        with pytest.raises(Refused):
            rule(registered)
    suspended, event = changed(mini_program.suspend(published(), "fakes"))
    assert (event, suspended.reason) == ("suspended", "fakes")
    back, event = changed(mini_program.reinstate(suspended))
    assert (event, back.state, back.reason, back.version) == ("changed", "published", "", 4)
    assert mini_program.reinstate(back) is None


def test_a_repeat_changes_nothing() -> None:
    current = published()
    assert mini_program.change(current, current.details) is None
    assert mini_program.show(current, content_of(PROGRAM), ("h1",), 1) is None
