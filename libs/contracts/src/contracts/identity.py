"""Events that identity publishes: settled-in accounts and creators, as search shows them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Identifier, Text, published
from contracts.topics import ACCOUNTS, Topic


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
