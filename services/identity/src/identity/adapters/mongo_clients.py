"""Clients in MongoDB."""

from __future__ import annotations

from identity.adapters.secret_hasher import SecretHasher
from identity.domain.clients import Client
from runtime.mongo.client import Database


class MongoClients:
    """Collection `clients`: one document for each client, its secret as a hash."""

    def __init__(self, db: Database, hasher: SecretHasher) -> None:
        self._clients = db["clients"]
        self._hasher = hasher

    async def authenticate(self, client_id: str, secret: str) -> Client | None:
        """The client with this secret. An unknown client takes as long as a wrong secret."""
        found = await self._clients.find_one({"_id": client_id})
        matches = await self._hasher.matches(secret, found["secret"] if found else None)
        if not matches or found is None:
            return None
        return Client(client_id, found["name"], found["scope"], found["subject_id"])

    async def put(self, client: Client, secret: str) -> bool:
        """Create or change a client; whether it is new. An earlier secret stops working."""
        fields = {
            "name": client.name,
            "scope": client.scope,
            "subject_id": client.subject_id,
            "secret": await self._hasher.hash(secret),
        }
        done = await self._clients.update_one({"_id": client.client_id}, {"$set": fields}, upsert=True)
        return done.upserted_id is not None
