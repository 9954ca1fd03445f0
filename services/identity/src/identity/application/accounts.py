"""Operators settle accounts in, change and read them."""

from __future__ import annotations

from dataclasses import dataclass

from identity.application.contracts_out import contract_of
from identity.application.ports import Accounts
from identity.domain.accounts import Account, Profile
from identity.domain.errors import NotFound
from runtime.errors import must_be_version
from runtime.outbox.changes import Change


@dataclass(frozen=True, slots=True)
class PutAccount:
    """Gives an account a profile. Idempotent: a profile that it has already publishes nothing."""

    accounts: Accounts

    async def __call__(
        self, account_id: str, profile: Profile, expected: int | None = None
    ) -> tuple[Account, bool]:
        """The account, and whether it is new. Raises VersionConflict if it has not the `expected` version (0 for none yet)."""

        def decide(stored: Account | None) -> Change[Account] | None:
            must_be_version(expected, stored.version if stored is not None else 0)
            outcome = stored.change(profile) if stored else Account.settle_in(account_id, profile)
            if outcome is None:
                return None
            account, event = outcome
            return Change(account, [contract_of(event, account)])

        result = await self.accounts.change(account_id, decide)
        assert result.aggregate is not None  # noqa: S101 - the decision creates what is missing
        return result.aggregate, result.created


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """Any account."""

    accounts: Accounts

    async def __call__(self, account_id: str) -> Account:
        """Raises NotFound."""
        account = await self.accounts.get(account_id)
        if account is None:
            raise NotFound("this account")
        return account
