"""Events that identity publishes: owners, hosts, and settled-in accounts with creators, as search shows them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Identifier, Text, Value, published
from contracts.topics import ACCOUNTS, CREATORS, HOSTS, OWNERS, Topic


class Reason(Value):
    """Why an owner was refused or suspended; `field` names what is wrong in the application, if it is one thing."""

    field: Text = ""
    message: Text


class OwnerState(Event):
    """An owner as it is after the change, without contact data."""

    topic: ClassVar[Topic] = OWNERS

    owner_id: Identifier
    name: Text
    kind: Literal["brand", "platform", "celebrity"]
    status: Literal["applied", "verified", "rejected", "suspended"]
    reasons: tuple[Reason, ...] = ()


@published
class OwnerApplied(OwnerState):
    """An owner applied, for the first time or for another name or kind. Until it is verified, name and kind of a verified
    owner stay as they were."""


@published
class OwnerVerified(OwnerState):
    """An operator verified an owner: it may publish, under this name and kind."""


@published
class OwnerRejected(OwnerState):
    """An operator rejected an application. A verified owner stays verified, under its old name and kind."""


@published
class OwnerSuspended(OwnerState):
    """An operator suspended an owner: its mini programs are closed to viewers."""


@published
class OwnerReinstated(OwnerState):
    """An owner's suspension ended; `status` is what it was before."""


class HostState(Event):
    """A host app as it is after the change."""

    topic: ClassVar[Topic] = HOSTS

    host_id: Identifier
    name: Text
    state: Literal["active", "suspended"] = "active"


@published
class HostRegistered(HostState):
    """A host app was registered."""


@published
class HostChanged(HostState):
    """A host app's name or state changed."""


class CreatorState(Event):
    """A creator as it is after the change. Its public side on a host is its account."""

    topic: ClassVar[Topic] = CREATORS

    creator_id: Identifier
    name: Text
    state: Literal["active", "suspended"] = "active"


@published
class CreatorRegistered(CreatorState):
    """A creator was registered."""


@published
class CreatorStateChanged(CreatorState):
    """A creator's name or state changed: while it is suspended, viewers do not see its anchors."""


class AccountState(Event):
    """The public data of an account on one host, as it is after the change."""

    topic: ClassVar[Topic] = ACCOUNTS

    account_id: Identifier
    host_id: Identifier
    name: Text
    kind: Literal["merchant", "creator"]
    bio: Text = ""
    avatar_url: Text = ""
    followers: int = Field(default=0, ge=0)
    creator_id: Identifier | None = None
    active: bool = True


@published
class AccountSettledIn(AccountState):
    """A merchant's or creator's account joined a host."""


@published
class AccountChanged(AccountState):
    """An account's name, picture or state changed."""


@published
class CreatorChanged(AccountState):
    """A creator's public profile changed."""
