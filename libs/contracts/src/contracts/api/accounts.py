"""Settled-in accounts: merchants and creators on a host."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Id, Picture, Request, ShortText


class AccountRequest(Request):
    """A settled-in account; the call creates or replaces it. Operators only."""

    host_id: Id
    name: ShortText
    kind: Literal["merchant", "creator"]
    bio: Annotated[str, Field(max_length=500)] = ""
    avatar_url: Picture | None = None
    followers: int = Field(default=0, ge=0, le=10**12)
    creator_id: Id | None = None
    active: bool = True


class AccountView(AccountRequest):
    """An account as it is now."""

    account_id: Id
    version: int
