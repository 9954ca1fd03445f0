"""What tokens say (RFC 7519, section 4.1; `scope` as in RFC 8693, section 4.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from identity.domain.clients import Client
from runtime.web.tokens import AUDIENCE, CREATOR, HOST, ISSUER, OWNER, VIEWER

SUBJECT_CLAIM = {HOST: "host_id", OWNER: "owner_id", CREATOR: "creator_id"}
"""The claim in which a client's token says whom it speaks for; an operator speaks for nobody else."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A viewer inside one mini program on one host, and how they came; the host's own user id is no part of it."""

    host_id: str
    mini_program_id: str
    openid: str
    viewer: str
    surface: str
    click_id: str | None


def access_claims(client: Client, at: datetime, life: timedelta, token_id: str) -> dict[str, Any]:
    """The claims of a client's access token."""
    claims = _common(client.client_id, client.scope, at, life, token_id)
    if client.scope in SUBJECT_CLAIM:
        claims[SUBJECT_CLAIM[client.scope]] = client.subject_id
    return claims


def session_claims(visit: Visit, at: datetime, life: timedelta, token_id: str) -> dict[str, Any]:
    """The claims of a viewer's session token."""
    said = {name: value for name, value in asdict(visit).items() if value is not None}
    return _common(visit.openid, VIEWER, at, life, token_id) | said


def _common(subject: str, scope: str, at: datetime, life: timedelta, token_id: str) -> dict[str, Any]:
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "iat": at, "exp": at + life, "jti": token_id,
    }  # fmt: skip
