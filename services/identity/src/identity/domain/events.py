"""What happens to an account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettledIn:
    """The account is on its host from now on."""

    account_id: str


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """A merchant's account changed."""

    account_id: str


@dataclass(frozen=True, slots=True)
class CreatorChanged:
    """A creator's account changed."""

    account_id: str


AccountEvent = SettledIn | AccountChanged | CreatorChanged
