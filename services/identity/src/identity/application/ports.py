"""What the use cases need from outside."""

from __future__ import annotations

from typing import Any, Protocol

from identity.domain.clients import Client


class Clients(Protocol):
    """The clients of the platform."""

    async def authenticated(self, client_id: str, secret: str) -> Client | None:
        """The client whose secret this is; None for a wrong secret and for a client that does not exist."""

    async def put(self, client: Client, secret: str) -> bool:
        """Make or change a client; whether it is new."""


class Programs(Protocol):
    """The mini programs, as far as sessions need them."""

    async def can_be_entered(self, mini_program_id: str, host_id: str) -> bool:
        """Whether the mini program is published on that host."""


class Signer(Protocol):
    """Makes tokens."""

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token that says `claims`."""
