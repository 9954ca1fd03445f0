"""Clients and the one scope that each has (RFC 6749, section 4.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from identity.domain.errors import TokenRefused, TooManySecrets

HOST, OWNER, OPS, CREATOR = "host", "owner", "ops", "creator"
"""Whom a client acts for: its scope."""
ADMIN = "admin"
"""The role that manages the others."""
MAX_CLIENTS = 100
"""Of one owner, host or creator: each client has limits of its own, so their number bounds what one of them may ask for."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """How many secrets a client has: the present one, and an older one that works until `old_ends_at`."""

    old_ends_at: datetime | None = None

    def check_renewal(self, now: datetime, old_valid_for: timedelta) -> None:
        """Raises TooManySecrets if a new secret that lets the present one live on would be the third live one."""
        if old_valid_for and self.old_ends_at is not None and self.old_ends_at > now:
            raise TooManySecrets(
                f"The older of this client's two secrets works until {self.old_ends_at.isoformat()}. Wait until then, or send "
                "old_valid_for 0, which ends both at once."
            )


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the platform. `subject_id` is the id of the host, owner, creator or operator that it acts for.

    `role` says what it may do for it. `return_origins` are a host's: where its payers may return to.
    """

    client_id: str
    name: str
    scope: str
    subject_id: str
    role: str = ADMIN
    return_origins: tuple[str, ...] = ()
    secrets: Secrets = field(default_factory=Secrets)
    version: int = 1

    @property
    def team(self) -> tuple[str, str | None]:
        """The scope and the subject whose clients manage one another. Operators are one team, whose subject is None."""
        return self.scope, None if self.scope == OPS else self.subject_id

    def leaves_admins_of(self, before: Client) -> bool:
        """Whether the client was an admin as it was `before`, and no longer is one of the same team."""
        return before.role == ADMIN and (self.role != ADMIN or self.team != before.team)


def granted_scope(client: Client, requested: str | None) -> str:
    """The scope of a token; raises TokenRefused `invalid_scope` for a scope that the client does not have."""
    if any(scope != client.scope for scope in (requested or "").split()):
        raise TokenRefused("invalid_scope", f"this client has the scope {client.scope}")
    return client.scope
