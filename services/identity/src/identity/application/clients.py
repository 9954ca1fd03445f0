"""Clients: operators put any, and whoever has clients manages its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from identity.application.ports import Clients, NewSecret, Revocations
from identity.domain.clients import ADMIN, MAX_CLIENTS, Client, Secrets
from identity.domain.errors import LastAdmin, NotFound, TooManyClients
from identity.domain.revocations import CLIENT, Revocation
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.listing import Asked, Part

IN_FLIGHT = timedelta(seconds=30)
"""How long after a client's end a token for it may still have been signed, by a clock that is ahead."""


@dataclass(frozen=True, slots=True)
class PutClient:
    """Creates or changes a client. Its secret is stored as a hash; the earlier ones stop working at once."""

    clients: Clients

    async def __call__(self, wanted: Client, secret: str, expected: int | None = None) -> tuple[Client, bool]:
        """The client, and whether it is new.

        Raises LastAdmin if its team would be left without an admin, and VersionConflict if it has not the `expected` version
        (0 for none yet).
        """

        def decide(present: Client | None) -> Client:
            version = present.version if present is not None else 0
            must_be_version(expected, version)
            return replace(wanted, version=version + 1)

        return await self.clients.put(wanted.client_id, secret, decide)


@dataclass(frozen=True, slots=True)
class ReadClient:
    """Any client."""

    clients: Clients

    async def __call__(self, client_id: str) -> Client:
        """Raises NotFound."""
        client = await self.clients.get(client_id)
        if client is None:
            raise NotFound("this client")
        return client


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client with the secret that is shown once."""

    client: Client
    secret: str


@dataclass(frozen=True, slots=True)
class ClientsOfSubject:
    """The clients of one host, owner or creator, or those of all operators, whose subject is None.

    Another's client is NotFound.
    """

    clients: Clients
    revocations: Revocations
    clock: Clock
    new_id: NewId
    new_secret: NewSecret

    async def page(self, scope: str, subject_id: str | None, asked: Asked, limit: int) -> Part[Client]:
        """At most `limit` of them."""
        return await self.clients.page(scope, subject_id, asked, limit)

    async def get(self, scope: str, subject_id: str | None, client_id: str) -> Client:
        """One of them; raises NotFound."""
        client = await self.clients.get(client_id)
        if client is None or client.scope != scope or subject_id not in (client.subject_id, None):
            raise NotFound("this client")
        return client

    async def add(self, scope: str, subject_id: str | None, name: str, role: str) -> NewClient:
        """A new client. Raises TooManyClients; operators may have any number."""
        if subject_id is not None and await self.clients.count(scope, subject_id) >= MAX_CLIENTS:
            raise TooManyClients
        client_id, secret = f"client_{self.new_id()}", self.new_secret()
        client = Client(client_id, name, scope, subject_id or client_id, role)
        await self.clients.put(client_id, secret, lambda _: client)
        return NewClient(client, secret)

    async def renew_secret(
        self, scope: str, subject_id: str | None, client_id: str, old_valid_for: timedelta
    ) -> NewClient:
        """A new secret; the present one works for `old_valid_for` more. With zero, all earlier ones end at once.

        Raises NotFound, and TooManySecrets while the one before the present one still works.
        """
        client = await self.get(scope, subject_id, client_id)
        secret = self.new_secret()
        now = self.clock()
        client.secrets.check_renewal(now, old_valid_for)
        ends_at = now + old_valid_for if old_valid_for else None
        await self.clients.renew_secret(client, secret, ends_at)
        return NewClient(replace(client, secrets=Secrets(ends_at), version=client.version + 1), secret)

    async def remove(self, scope: str, subject_id: str | None, client_id: str) -> None:
        """End a client: it gets no token, and those that it has are refused everywhere within 5 seconds.

        Raises NotFound, and LastAdmin for the only admin.
        """
        client = await self.get(scope, subject_id, client_id)
        if client.role == ADMIN and not await self.clients.has_other_admin(client):
            raise LastAdmin
        # first its tokens: a client that is gone cannot be found again if the process ends in between. If the other admin
        # goes at the same moment, this one stays, and only its present tokens have ended.
        await self.revocations.add(Revocation(CLIENT, client_id, self.clock() + IN_FLIGHT))
        await self.clients.delete(client)
