"""Clients in MongoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from identity.adapters.secret_hasher import SecretHasher
from identity.domain.clients import OWNER, Client, Secrets
from runtime.clock import Clock
from runtime.errors import WriteConflict
from runtime.mongo.client import Database, Document
from runtime.outbox.actions import Actions, Changed, add_entries
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.web.tokens import ADMIN

SHOWN = Shown(
    "client", ("name", "scope", "subject_id", "role", "return_origins", "old_secret_ends_at", "secret")
)
WITHOUT_SECRETS = {"secret": 0, "old_secret": 0}


class MongoClients:
    """Collection `clients`: one document for each client, its present secret and an older one as hashes."""

    def __init__(self, db: Database, hasher: SecretHasher, clock: Clock, recorder: Recorder) -> None:
        self._db = db
        self._clients = db["clients"]
        self._hasher = hasher
        self._clock = clock
        self._actions = Actions(recorder, SHOWN)

    async def prepare(self) -> None:
        """Make the index that lists of one subject's clients need."""
        await self._clients.create_index([("scope", 1), ("subject_id", 1), ("_id", 1)])

    async def authenticate(self, client_id: str, secret: str) -> Client | None:
        """The client with this secret. An unknown client takes as long as a wrong secret; raises Unavailable if too many
        secrets are being checked."""
        found = await self._clients.find_one({"_id": client_id})
        if found is None:
            await self._hasher.matches(secret, self._hasher.of_nobody(client_id))
            return None
        if await self._hasher.matches(secret, found["secret"]):
            await self._add_fast_byte(client_id, found["secret"], secret)
            return _read(found)
        old = found.get("old_secret")
        if (
            old is not None
            and found["old_ends_at"] > self._clock()
            and await self._hasher.matches(secret, old)
        ):
            return _read(found)
        return None

    async def _add_fast_byte(self, client_id: str, stored: bytes, secret: str) -> None:
        """To a hash that an older version wrote."""
        current = self._hasher.with_fast_byte(stored, secret)
        if current != stored:
            await self._clients.update_one(
                {"_id": client_id, "secret": stored}, {"$set": {"secret": current}}
            )

    async def get(self, client_id: str) -> Client | None:
        """The client; None if there is none."""
        found = await self._clients.find_one({"_id": client_id}, WITHOUT_SECRETS)
        return _read(found) if found is not None else None

    async def page(self, scope: str, subject_id: str | None, after: str | None, limit: int) -> list[Client]:
        """At most `limit` clients of a subject (of all, for None) by id, from the one after `after`."""
        wanted = _of(scope, subject_id)
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._clients.find(wanted, WITHOUT_SECRETS).sort("_id", 1).limit(limit)
        return [_read(document) async for document in found]

    async def has_other_admin(self, scope: str, subject_id: str | None, client_id: str) -> bool:
        """Whether the subject (any, for None) has another client than this with the role admin. One without a role is an admin."""
        return (
            await self._clients.find_one(_other_admin(scope, subject_id, client_id), {"_id": 1}) is not None
        )

    async def put(self, client: Client, secret: str) -> bool:
        """Create or change a client; whether it is new. Earlier secrets stop working."""
        fields = {
            "name": client.name,
            "scope": client.scope,
            "subject_id": client.subject_id,
            "role": client.role,
            "return_origins": list(client.return_origins),
            "secret": await self._hasher.hash(secret),
        }
        update: dict[str, Any] = {"$set": fields, "$unset": {"old_secret": "", "old_ends_at": ""}}

        async def write(session: AsyncClientSession | None) -> bool:
            done = await self._clients.update_one(
                {"_id": client.client_id}, update, upsert=True, session=session
            )
            return done.upserted_id is not None

        before = await self.get(client.client_id)
        return await self._actions.write_with(self._db, write, _put(before, client))

    async def renew_secret(self, client: Client, secret: str, old_ends_at: datetime | None) -> None:
        """Give it a new secret; the present one works until `old_ends_at`, or no longer for None.

        Raises WriteConflict if the client changed since it was read.
        """
        as_read = {"_id": client.client_id, "old_ends_at": client.secrets.old_ends_at}
        fields: dict[str, Any] = {
            "secret": await self._hasher.hash(secret),
            "old_secret": "$secret" if old_ends_at else None,
            "old_ends_at": old_ends_at,
        }

        async def write(session: AsyncClientSession | None) -> None:
            done = await self._clients.update_one(as_read, [{"$set": fields}], session=session)
            if done.matched_count == 0:
                raise WriteConflict(f"{client.client_id} was changed by another call")

        renewed = replace(client, secrets=Secrets(old_ends_at))
        await self._actions.write_with(self._db, write, _put(client, renewed))

    async def delete(self, client: Client, subject_id: str | None) -> bool:
        """End it; a missing client is no error. False, and nothing is done, if it is the last admin of the subject (of all,
        for None), also of two that end each other at once."""

        entries = self._actions.entries([Changed(client.client_id, _fields(client), None)])

        async def guarded(session: AsyncClientSession) -> bool:
            if client.role == ADMIN:
                # a write: of two transactions that count on each other's admin, one starts over
                other = _other_admin(client.scope, subject_id, client.client_id)
                kept = await self._clients.update_one(other, {"$inc": {"outlived": 1}}, session=session)
                if kept.matched_count == 0:
                    return False
            await self._clients.delete_one({"_id": client.client_id}, session=session)
            await add_entries(self._db, entries, session)
            return True

        async with self._db.client.start_session() as session:
            is_done = bool(await session.with_transaction(guarded))
        if is_done:
            self._actions.saved(entries)
        return is_done


def _of(scope: str, subject_id: str | None) -> Document:
    return {"scope": scope} | ({"subject_id": subject_id} if subject_id is not None else {})


def _put(before: Client | None, after: Client) -> Changed:
    """For the audit log: a client that got a new secret."""
    return Changed(
        after.client_id, _fields(before) if before else None, {**_fields(after), "secret": "(new)"}
    )


def _fields(client: Client) -> Document:
    return {
        "name": client.name,
        "scope": client.scope,
        "subject_id": client.subject_id,
        "role": client.role,
        "return_origins": list(client.return_origins),
        "old_secret_ends_at": client.secrets.old_ends_at,
        "owner_id": client.subject_id if client.scope == OWNER else None,
    }


def _other_admin(scope: str, subject_id: str | None, client_id: str) -> Document:
    return _of(scope, subject_id) | {"role": {"$in": [ADMIN, None]}, "_id": {"$ne": client_id}}


def _read(document: Document) -> Client:
    return Client(
        document["_id"],
        document["name"],
        document["scope"],
        document["subject_id"],
        document.get("role", ADMIN),
        tuple(document.get("return_origins", ())),
        Secrets(document.get("old_ends_at")),
    )
