"""Which fact a change of an account is."""

from identity.domain.accounts import change_of

MERCHANT: dict[str, object] = {"kind": "merchant", "name": "a"}


def test_the_first_look_at_an_account_is_its_settling_in() -> None:
    assert change_of(None, MERCHANT) == "settled_in"


def test_an_account_that_stays_as_it_was_is_no_fact() -> None:
    assert change_of(MERCHANT, dict(MERCHANT)) is None


def test_a_change_is_told_by_the_kind_of_account() -> None:
    assert change_of(MERCHANT, MERCHANT | {"name": "b"}) == "account_changed"
    assert change_of(MERCHANT, MERCHANT | {"kind": "creator"}) == "creator_changed"
