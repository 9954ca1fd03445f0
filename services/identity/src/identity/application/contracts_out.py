"""Maps identity's domain events to the contracts that it publishes."""

from __future__ import annotations

from dataclasses import asdict

from contracts import identity as contract
from identity.domain.accounts import Account
from identity.domain.events import AccountChanged, AccountEvent, CreatorChanged, SettledIn

CONTRACTS: dict[type[AccountEvent], type[contract.AccountState]] = {
    SettledIn: contract.AccountSettledIn,
    AccountChanged: contract.AccountChanged,
    CreatorChanged: contract.CreatorChanged,
}


def contract_of(event: AccountEvent, account: Account) -> contract.AccountState:
    """The contract for an event; `account` is the account after it."""
    profile = {name: value for name, value in asdict(account.profile).items() if value is not None}
    return CONTRACTS[type(event)](account_id=account.account_id, version=account.version, **profile)
