"""Settled-in accounts: merchants and creators with a public side on one host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from identity.domain.events import AccountChanged, AccountEvent, CreatorChanged, SettledIn

Kind = Literal["merchant", "creator"]


@dataclass(frozen=True, slots=True)
class Profile:
    """The public side of an account."""

    host_id: str
    name: str
    kind: Kind
    bio: str = ""
    avatar_url: str | None = None
    followers: int = 0
    creator_id: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """An account; its version grows with each change of its profile."""

    account_id: str
    profile: Profile
    version: int = 1

    @classmethod
    def settle_in(cls, account_id: str, profile: Profile) -> tuple[Account, AccountEvent]:
        """A new account."""
        return cls(account_id, profile), SettledIn(account_id)

    def change(self, profile: Profile) -> tuple[Account, AccountEvent] | None:
        """The account with this profile; None when it has it already."""
        if profile == self.profile:
            return None
        event = CreatorChanged if profile.kind == "creator" else AccountChanged
        return Account(self.account_id, profile, self.version + 1), event(self.account_id)
