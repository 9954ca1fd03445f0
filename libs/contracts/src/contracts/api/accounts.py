"""Settled-in accounts: merchants and creators on a host."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import PRINTABLE, Id, Picture, Request, ShortText


class AccountRequest(Request):
    """A settled-in account to create or replace. Only operators send it."""

    host_id: Id
    name: ShortText
    kind: Literal["merchant", "creator"]
    bio: Annotated[str, Field(max_length=500, pattern=PRINTABLE)] = ""
    avatar_url: Picture | None = None
    followers: int = Field(default=0, ge=0, le=10**12)
    creator_id: Id | None = None
    active: bool = True


class AccountView(AccountRequest):
    """A settled-in account."""

    account_id: Id
    version: int
