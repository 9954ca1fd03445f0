"""Operators put the platform's clients."""

from __future__ import annotations

from dataclasses import dataclass

from identity.application.ports import Clients
from identity.domain.clients import Client


@dataclass(frozen=True, slots=True)
class PutClient:
    """Creates or changes a client. Its secret is stored as a hash; the earlier one stops working at once."""

    clients: Clients

    async def __call__(self, client: Client, secret: str) -> bool:
        """Whether the client is new."""
        return await self.clients.put(client, secret)
