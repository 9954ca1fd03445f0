"""What the use cases need from outside; `adapters` implement it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from contracts.catalog import MiniProgramState
from identity.domain.accounts import Account
from identity.domain.clients import Client
from identity.domain.visits import Visit
from runtime.outbox.changes import Decide, Result


class Clients(Protocol):
    """The clients of the platform."""

    async def authenticate(self, client_id: str, secret: str) -> Client | None:
        """The client with this secret; None for a wrong secret and for an unknown client."""

    async def put(self, client: Client, secret: str) -> bool:
        """Create or change a client; whether it is new. An earlier secret stops working."""


class Accounts(Protocol):
    """The settled-in accounts."""

    async def change(self, account_id: str, decide: Decide[Account]) -> Result[Account]:
        """Store the outcome of a decision about an account, with its events."""


class Programs(Protocol):
    """The mini programs, as far as sessions need them."""

    async def can_be_entered(self, mini_program_id: str, host_id: str) -> bool:
        """Whether the mini program is published on that host."""


class ProgramProjection(Protocol):
    """Keeps `Programs` up to date from the catalog's events."""

    async def learn(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""


class Tokens(Protocol):
    """Makes signed tokens, valid from `at` on."""

    def access_token(self, client: Client, at: datetime, life: timedelta, token_id: str) -> str:
        """A client's access token."""

    def session_token(self, visit: Visit, at: datetime, life: timedelta, token_id: str) -> str:
        """A viewer's session token."""


class PublicKeys(Protocol):
    """The keys that verify tokens."""

    def jwks(self) -> dict[str, Any]:
        """All of them, as a JWK set (RFC 7517)."""
