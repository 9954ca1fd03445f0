"""The rules of owners."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from identity.domain import events
from identity.domain.errors import WrongState
from identity.domain.owners import MAX_HISTORY, Application, Contact, Owner, OwnerChanged, Reason

AT, LATER = datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)
CONTACT = Contact("Li", "li@brand.example")
BRAND = Application("云栗", "brand", CONTACT, "We hold the mark.")
PLATFORM = Application("云栗优选", "platform", CONTACT)
WHY = (Reason("This is the name of another brand.", "name"),)


def after(changed: OwnerChanged | None) -> Owner:
    assert changed is not None
    return changed[0]


APPLIED = after(Owner.apply("o1", BRAND, AT))
VERIFIED = after(APPLIED.verify(AT))


def test_an_application_waits_for_a_verdict() -> None:
    owner, event = Owner.apply("o1", BRAND, AT)
    assert (owner.status, owner.application, owner.version) == ("applied", BRAND, 1)
    assert event == events.OwnerApplied("o1")


def test_a_verified_owner_has_the_name_and_kind_it_applied_with() -> None:
    assert (VERIFIED.status, VERIFIED.name, VERIFIED.kind, VERIFIED.application) == (
        "verified",
        "云栗",
        "brand",
        None,
    )


def test_a_rejected_owner_reads_why_and_may_apply_again() -> None:
    rejected = after(APPLIED.reject(WHY, AT))
    assert (rejected.status, rejected.reasons) == ("rejected", WHY)
    again = after(rejected.apply_again(PLATFORM, AT))
    assert (again.status, again.name, again.reasons) == ("applied", "云栗优选", ())


def test_the_name_of_a_verified_owner_changes_by_a_verdict_only() -> None:
    asked = after(VERIFIED.apply_again(PLATFORM, AT))
    assert (asked.status, asked.name, asked.kind) == ("verified", "云栗", "brand")
    granted = after(asked.verify(AT))
    assert (granted.name, granted.kind, granted.application) == ("云栗优选", "platform", None)
    refused = after(asked.reject(WHY, AT))
    assert (refused.status, refused.name, refused.reasons, refused.application) == (
        "verified",
        "云栗",
        WHY,
        None,
    )


@pytest.mark.parametrize("before", [APPLIED, VERIFIED, after(APPLIED.reject(WHY, AT))])
def test_a_reinstated_owner_is_what_it_was_before(before: Owner) -> None:
    suspended = after(before.suspend(WHY))
    assert (suspended.status, suspended.reasons) == ("suspended", WHY)
    assert after(suspended.reinstate()).status == before.status


def test_other_reasons_of_a_suspension_keep_what_was_before() -> None:
    twice = after(after(VERIFIED.suspend(WHY)).suspend((Reason("And more."),)))
    assert after(twice.reinstate()).status == "verified"


def test_verdicts_that_took_effect_change_nothing() -> None:
    assert VERIFIED.verify(AT) is None
    assert VERIFIED.reinstate() is None
    assert after(VERIFIED.suspend(WHY)).suspend(WHY) is None
    assert after(APPLIED.reject(WHY, AT)).reject(WHY, AT) is None
    assert APPLIED.apply_again(BRAND, AT) is None
    assert VERIFIED.put(BRAND, AT) is None


def test_a_suspended_owner_neither_applies_nor_is_verified() -> None:
    suspended = after(VERIFIED.suspend(WHY))
    for refused in (lambda: suspended.apply_again(PLATFORM, AT), lambda: suspended.verify(AT)):
        with pytest.raises(WrongState, match="suspended"):
            refused()


def test_there_is_nothing_to_reject_without_an_application() -> None:
    with pytest.raises(WrongState, match="No application"):
        VERIFIED.reject(WHY, AT)


def test_an_operator_enters_an_owner_as_verified() -> None:
    owner, event = Owner.enter("o1", BRAND, AT)
    assert (owner.status, event) == ("verified", events.OwnerVerified("o1"))
    assert after(owner.put(PLATFORM, AT)).name == "云栗优选"


def test_every_application_is_kept_with_its_verdict() -> None:
    rejected = after(APPLIED.reject(WHY, LATER))
    replaced = after(after(rejected.apply_again(PLATFORM, AT)).apply_again(BRAND, LATER))
    granted = after(replaced.verify(LATER))
    assert [(past.application, past.outcome, past.reasons) for past in granted.history] == [
        (BRAND, "rejected", WHY),
        (PLATFORM, "replaced", ()),
        (BRAND, "approved", ()),
    ]
    assert [(past.applied_at, past.decided_at) for past in granted.history] == [
        (AT, LATER),
        (AT, LATER),
        (LATER, LATER),
    ]


def test_what_operators_enter_is_kept_too() -> None:
    owner = after(after(Owner.enter("o1", BRAND, AT)).put(PLATFORM, LATER))
    assert [(past.application, past.outcome) for past in owner.history] == [
        (BRAND, "approved"),
        (PLATFORM, "approved"),
    ]


def test_the_history_has_a_bound() -> None:
    owner = APPLIED
    for n in range(2 * MAX_HISTORY):
        owner = after(owner.apply_again(Application(f"Name {n}", "brand", CONTACT), AT))
    assert len(owner.history) == MAX_HISTORY
