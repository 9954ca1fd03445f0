"""What happens to an account and to an owner."""

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


@dataclass(frozen=True, slots=True)
class OwnerApplied:
    """The owner asked to be verified, or for another name or kind."""

    owner_id: str


@dataclass(frozen=True, slots=True)
class OwnerVerified:
    """The owner may publish."""

    owner_id: str


@dataclass(frozen=True, slots=True)
class OwnerRejected:
    """The owner's application was refused."""

    owner_id: str


@dataclass(frozen=True, slots=True)
class OwnerSuspended:
    """Everything of the owner is closed to viewers."""

    owner_id: str


@dataclass(frozen=True, slots=True)
class OwnerReinstated:
    """The owner's suspension ended."""

    owner_id: str


OwnerEvent = OwnerApplied | OwnerVerified | OwnerRejected | OwnerSuspended | OwnerReinstated
