"""Clients and the one scope that each has (RFC 6749, section 4.4)."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """No token is given; `error` is one of RFC 6749, section 5.2, `description` says what would be right."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the platform; `subject_id` is the id of the host, owner, creator or operator that it speaks for."""

    client_id: str
    name: str
    scope: str
    subject_id: str


def granted_scope(client: Client, asked: str | None) -> str:
    """The scope of a token; raises Refused `invalid_scope` when the client asks for what it has not."""
    if any(scope != client.scope for scope in (asked or "").split()):
        raise Refused("invalid_scope", f"this client has the scope {client.scope}")
    return client.scope
