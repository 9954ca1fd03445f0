"""Clients, their access tokens, and viewers' sessions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, Id, MiniProgramId, Request, ShortText
from contracts.engagement import Surface


class TokenRequest(Request):
    """OAuth 2 client credentials (RFC 6749, section 4.4)."""

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
    """An error as RFC 6749, section 5.2, has it."""

    error: str
    error_description: str


HostUserId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


class Entry(Request):
    """How the viewer came."""

    surface: Surface
    click_id: Annotated[str, Field(max_length=2048)] | None = None


class SessionRequest(Request):
    """A viewer enters a mini program."""

    mini_program_id: MiniProgramId
    host_user_id: HostUserId
    entry: Entry


class SessionAnswer(Answer):
    """The viewer's token in this mini program, with an openid of its own."""

    session_token: str
    openid: str
    expires_in: int = Field(description="seconds")


class ClientRequest(Request):
    """A client of the platform: who it is and its secret (at least 24 characters). Operators only."""

    name: ShortText
    scope: Literal["host", "owner", "ops", "creator"]
    subject_id: Id = Field(description="host_id, owner_id, creator_id, or the operator's id")
    client_secret: Annotated[str, Field(min_length=24, max_length=256)]


class ClientView(Answer):
    """A client, without its secret."""

    client_id: str
    name: str
    scope: str
    subject_id: str
