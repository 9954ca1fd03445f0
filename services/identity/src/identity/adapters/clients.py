"""Clients in MongoDB."""

from __future__ import annotations

from identity.adapters.secrets import SecretHasher
from identity.domain.clients import Client
from runtime.mongo.client import Database


class MongoClients:
    """Collection `clients`: one document for each client, its secret as a hash."""

    def __init__(self, db: Database, hasher: SecretHasher) -> None:
        self._db = db
        self._hasher = hasher

    async def authenticated(self, client_id: str, secret: str) -> Client | None:
        """The client whose secret this is, else None."""
        kept = await self._db["clients"].find_one({"_id": client_id})
        if not await self._hasher.matches(secret, kept["secret"] if kept else None) or kept is None:
            return None
        return Client(client_id, kept["name"], kept["scope"], kept["subject_id"])

    async def put(self, client: Client, secret: str) -> bool:
        """Make or change a client; whether it is new. The earlier secret is good no longer."""
        fields = {
            "name": client.name,
            "scope": client.scope,
            "subject_id": client.subject_id,
            "secret": await self._hasher.hash(secret),
        }
        done = await self._db["clients"].update_one({"_id": client.client_id}, {"$set": fields}, upsert=True)
        return done.upserted_id is not None
