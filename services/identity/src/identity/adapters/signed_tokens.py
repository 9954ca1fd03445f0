"""The claims of our tokens (RFC 7519, section 4.1; `scope` as in RFC 8693, section 4.2), signed with our keys."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Protocol

from identity.domain.clients import Client
from identity.domain.visits import Visit
from runtime.web.tokens import AUDIENCE, CREATOR, HOST, ISSUER, OWNER, VIEWER

SUBJECT_CLAIM = {HOST: "host_id", OWNER: "owner_id", CREATOR: "creator_id"}
"""The claim that names whom a client acts for. An operator acts for nobody else."""


class Signer(Protocol):
    """Signs claims."""

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token with these claims."""


class SignedTokens:
    """Access tokens and session tokens."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def access_token(self, client: Client, at: datetime, life: timedelta, token_id: str) -> str:
        """A client's access token."""
        claims = _common(client.client_id, client.scope, at, life, token_id)
        claims["role"] = client.role
        if client.scope in SUBJECT_CLAIM:
            claims[SUBJECT_CLAIM[client.scope]] = client.subject_id
        if client.return_origins:
            claims["return_origins"] = list(client.return_origins)
        return self._signer.sign(claims)

    def session_token(self, visit: Visit, at: datetime, life: timedelta, token_id: str) -> str:
        """A viewer's session token."""
        known = {name: value for name, value in asdict(visit).items() if value not in (None, ())}
        return self._signer.sign(_common(visit.openid, VIEWER, at, life, token_id) | known)


def _common(subject: str, scope: str, at: datetime, life: timedelta, token_id: str) -> dict[str, Any]:
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "iat": at, "exp": at + life, "jti": token_id,
    }  # fmt: skip
