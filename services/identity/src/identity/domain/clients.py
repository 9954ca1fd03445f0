"""Clients and the one scope that each has (RFC 6749, section 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

from identity.domain.errors import TokenRefused


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the platform. `subject_id` is the id of the host, owner, creator or operator that it acts for.

    `role` says what it may do for it. `return_origins` are a host's: where its payers may return to.
    """

    client_id: str
    name: str
    scope: str
    subject_id: str
    role: str = "admin"
    return_origins: tuple[str, ...] = ()


def granted_scope(client: Client, requested: str | None) -> str:
    """The scope of a token; raises TokenRefused `invalid_scope` for a scope that the client does not have."""
    if any(scope != client.scope for scope in (requested or "").split()):
        raise TokenRefused("invalid_scope", f"this client has the scope {client.scope}")
    return client.scope
