"""Which event a change of an account is."""

from __future__ import annotations

from dataclasses import replace

import contracts.identity as contract
from identity.application.contracts_out import contract_of
from identity.domain.accounts import Account, Profile
from identity.domain.events import AccountChanged, CreatorChanged, SettledIn

MERCHANT = Profile(host_id="h1", name="a", kind="merchant")


def test_the_first_profile_settles_the_account_in() -> None:
    assert Account.settle_in("a1", MERCHANT) == (Account("a1", MERCHANT, 1), SettledIn("a1"))


def test_an_equal_profile_changes_nothing() -> None:
    assert Account("a1", MERCHANT, 3).change(replace(MERCHANT)) is None


def test_the_kind_of_account_decides_which_event_a_change_is() -> None:
    account = Account("a1", MERCHANT, 3)
    renamed, creator = replace(MERCHANT, name="b"), replace(MERCHANT, kind="creator")
    assert account.change(renamed) == (Account("a1", renamed, 4), AccountChanged("a1"))
    assert account.change(creator) == (Account("a1", creator, 4), CreatorChanged("a1"))


def test_a_contract_carries_the_whole_profile_and_no_empty_picture() -> None:
    published = contract_of(AccountChanged("a1"), Account("a1", replace(MERCHANT, followers=7), 2))
    assert published == contract.AccountChanged(
        account_id="a1", version=2, host_id="h1", name="a", kind="merchant", followers=7
    )
