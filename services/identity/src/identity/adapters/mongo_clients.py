"""Clients in MongoDB."""

from __future__ import annotations

from identity.adapters.secret_hasher import SecretHasher
from identity.domain.clients import Client
from runtime.mongo.client import Database
from runtime.web.tokens import ADMIN


class MongoClients:
    """Collection `clients`: one document for each client, its secret as a hash."""

    def __init__(self, db: Database, hasher: SecretHasher) -> None:
        self._clients = db["clients"]
        self._hasher = hasher

    async def authenticate(self, client_id: str, secret: str) -> Client | None:
        """The client with this secret. An unknown client takes as long as a wrong secret; raises Unavailable if too many
        secrets are being checked."""
        found = await self._clients.find_one({"_id": client_id})
        stored = found["secret"] if found is not None else self._hasher.of_nobody(client_id)
        if not await self._hasher.matches(secret, stored) or found is None:
            return None
        current = self._hasher.with_fast_byte(stored, secret)
        if current != stored:  # written by an older version
            await self._clients.update_one(
                {"_id": client_id, "secret": stored}, {"$set": {"secret": current}}
            )
        origins = tuple(found.get("return_origins", ()))
        role = found.get("role", ADMIN)
        return Client(client_id, found["name"], found["scope"], found["subject_id"], role, origins)

    async def put(self, client: Client, secret: str) -> bool:
        """Create or change a client; whether it is new. An earlier secret stops working."""
        fields = {
            "name": client.name,
            "scope": client.scope,
            "subject_id": client.subject_id,
            "role": client.role,
            "return_origins": list(client.return_origins),
            "secret": await self._hasher.hash(secret),
        }
        done = await self._clients.update_one({"_id": client.client_id}, {"$set": fields}, upsert=True)
        return done.upserted_id is not None
