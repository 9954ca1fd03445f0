"""Clients, their access tokens, and viewers' sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.api.addresses import ReturnOrigins
from contracts.api.common import Answer, Id, MiniProgramId, Request, ShortText
from contracts.engagement import Surface

Role = Literal["admin", "catalogue", "orders", "finance", "read"]
"""What a client may do for the host, owner, creator or operator that it acts for."""


class TokenRequest(Request):
    """A request for an access token by client credentials (RFC 6749, section 4.4)."""

    grant_type: Literal["client_credentials"]
    client_id: Annotated[str, Field(max_length=128)]
    client_secret: Annotated[str, Field(max_length=256)]
    scope: Annotated[str, Field(max_length=200)] | None = None


class TokenAnswer(Answer):
    """An access token."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749's own word
    expires_in: int = Field(description="seconds")
    scope: str


class TokenError(Answer):
    """An error in the form of RFC 6749, section 5.2."""

    error: str
    error_description: str


HostUserId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


class Entry(Request):
    """How the viewer reached the mini program."""

    surface: Surface
    click_id: Annotated[str, Field(max_length=2048)] | None = None


class SessionRequest(Request):
    """A viewer enters a mini program."""

    mini_program_id: MiniProgramId
    host_user_id: HostUserId
    entry: Entry


class SessionAnswer(Answer):
    """The viewer's token and openid in this mini program."""

    session_token: str
    openid: str
    expires_in: int = Field(description="seconds")


class ClientRequest(Request):
    """A client to create or change, with its secret. Only operators send it."""

    name: ShortText
    scope: Literal["host", "owner", "ops", "creator"]
    subject_id: Id = Field(
        description="the host_id, owner_id or creator_id that the client acts for, or the operator's id"
    )
    role: Role = "admin"
    client_secret: Annotated[str, Field(min_length=24, max_length=256)]
    return_origins: ReturnOrigins = []

    @model_validator(mode="after")
    def _hosts_only(self) -> ClientRequest:
        if self.return_origins and self.scope != "host":
            raise ValueError("only a client with the scope host has return_origins")
        return self


class ClientView(Answer):
    """A client, without its secret; `old_secret_ends_at` says until when its secret before the present one works."""

    client_id: str
    name: str
    scope: str
    subject_id: str
    role: Role
    return_origins: list[str] = []
    old_secret_ends_at: datetime | None = None
    version: int
