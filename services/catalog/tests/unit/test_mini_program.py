"""The rules of mini programs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from catalog_support.samples import PROGRAM

from catalog.application.owners import FollowOwners
from catalog.domain import mini_program
from catalog.domain.errors import Refused
from catalog.domain.mini_program import Changed, MiniProgram, PlatformTerms, content_of
from catalog.domain.owner import Owner
from runtime.listing import Asked, Part


def changed(outcome: Changed | None) -> Changed:
    """The outcome of a command that must change something."""
    assert outcome is not None
    return outcome


def owner(status: Literal["verified", "suspended"]) -> Owner:
    return Owner(PROGRAM.owner_id, "New name", "brand", status, ("Fakes.",) if status == "suspended" else ())


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


def test_a_release_under_way_publishes_nothing_of_an_owner_who_is_suspended_in_the_meantime() -> None:
    """The release has checked the owner; then the suspension arrives, and the release is written after it."""
    registered, _ = mini_program.register("shop0001", PROGRAM)
    closed, event = changed(mini_program.take_owner(registered, owner("suspended")))
    assert (event, closed.state) == ("changed", "registered")
    assert mini_program.take_owner(closed, owner("suspended")) is None
    shown, event = changed(mini_program.show(closed, content_of(PROGRAM), ("h1",), 1))
    assert (event, shown.state, shown.reason) == ("suspended", "suspended", "The owner is suspended. Fakes.")
    back, event = changed(mini_program.take_owner(shown, owner("verified")))
    assert (event, back.state, back.reason, back.shown_version) == ("changed", "published", "", 1)


def test_a_mini_program_that_was_not_shown_is_open_again_with_its_owner() -> None:
    registered, _ = mini_program.register("shop0001", PROGRAM)
    closed, _ = changed(mini_program.take_owner(registered, owner("suspended")))
    back, _ = changed(mini_program.take_owner(closed, owner("verified")))
    assert (back.state, back.reason, back.closed_for_owner) == ("registered", "", False)


async def test_a_slow_replica_leaves_no_older_state_of_an_owner() -> None:
    """It has read that the owner is suspended; another one learns and follows the reinstatement; then it goes on."""
    followed: list[str] = []

    class Register:
        reads = [owner("suspended"), owner("verified"), owner("verified")]

        async def learn(self, events: object) -> None:
            return

        async def get(self, owner_id: str) -> Owner:
            return self.reads.pop(0)

    class Programs:
        current = changed(mini_program.take_owner(published(), owner("verified")))[0]

        async def page(self, owner_id: str, asked: Asked, limit: int) -> Part[MiniProgram]:
            return Part([self.current])

        async def change(self, mini_program_id: str, decide: Any) -> None:
            if (change := decide(self.current)) is not None:
                self.current = change.after
                followed.append(self.current.state)

    programs: Any = Programs()
    register: Any = Register()
    await FollowOwners(register, programs)([SimpleNamespace(owner_id=PROGRAM.owner_id)])  # type: ignore[list-item]
    assert programs.current.state == "published"
    assert followed == ["suspended", "published"]


def test_a_repeat_changes_nothing() -> None:
    current = published()
    assert mini_program.change(current, current.details) is None
    assert mini_program.show(current, content_of(PROGRAM), ("h1",), 1) is None
