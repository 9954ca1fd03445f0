"""Clients in MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from identity.adapters.secret_hasher import SecretHasher
from identity.domain.clients import OWNER, Client, Secrets
from identity.domain.errors import LastAdmin
from runtime.clock import Clock
from runtime.errors import WriteConflict
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.outbox.actions import Actions, Changed, add_entries
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.web.tokens import ADMIN

SHOWN = Shown(
    "client", ("name", "scope", "subject_id", "role", "return_origins", "old_secret_ends_at", "secret")
)
MAX_ATTEMPTS = 10
"""Two writers rarely meet on one client."""
SECRETS = ("secret", "old_secret")
WITHOUT_SECRETS = dict.fromkeys(SECRETS, 0)


class MongoClients:
    """Collection `clients`: one document for each client, its present secret and an older one as hashes."""

    def __init__(self, db: Database, hasher: SecretHasher, clock: Clock, recorder: Recorder) -> None:
        self._db = db
        self._clients = db["clients"]
        self._hasher = hasher
        self._clock = clock
        self._actions = Actions(recorder, SHOWN)
        self._turns = WeakValueDictionary[str, asyncio.Lock]()
        self._lists = ListedDocuments(db, self._clients, clock, recorder.new_id, hidden=SECRETS)

    async def prepare(self) -> None:
        """Make the indexes of the lists of one subject's clients, and of all operators' clients."""
        await self._lists.prepare()
        await self._clients.create_index([("scope", 1), ("subject_id", 1), ("_id", 1)])
        await self._clients.create_index([("scope", 1), ("subject_id", 1), *ORDER])
        await self._clients.create_index([("scope", 1), *ORDER])

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

    async def page(self, scope: str, subject_id: str | None, asked: Asked, limit: int) -> Part[Client]:
        """At most `limit` clients of a subject (of all, for None)."""
        return (await self._lists.page(_of(scope, subject_id), asked, limit)).each(_read)

    async def count(self, scope: str, subject_id: str) -> int:
        """How many clients a subject has."""
        return await self._clients.count_documents(_of(scope, subject_id))

    async def has_other_admin(self, client: Client) -> bool:
        """Whether its team has another client with the role admin. One without a role is an admin."""
        return await self._clients.find_one(_other_admin(client), {"_id": 1}) is not None

    async def put(
        self, client_id: str, secret: str, decide: Callable[[Client | None], Client]
    ) -> tuple[Client, bool]:
        """Create or change a client as `decide` says; gives it and whether it is new. Earlier secrets stop working.

        Raises what `decide` raises, LastAdmin if its team would be left without an admin, also of two that go at once, and
        WriteConflict if others were quicker each time.
        """
        async with self._turns.setdefault(client_id, asyncio.Lock()):
            decide(await self.get(client_id))  # what is refused is not hashed
            hashed = await self._hasher.hash(secret)
            for _ in range(MAX_ATTEMPTS):
                before = await self.get(client_id)
                client = decide(before)
                if await self._replace(before, client, hashed):
                    return client, before is None
        raise WriteConflict(f"{client_id} is being changed by others")

    async def _replace(self, before: Client | None, client: Client, hashed: bytes) -> bool:
        """Whether it was still as `before`."""
        fields = {
            "name": client.name,
            "scope": client.scope,
            "subject_id": client.subject_id,
            "role": client.role,
            "return_origins": list(client.return_origins),
            "secret": hashed,
            "version": client.version,
            CHANGED_AT: self._clock(),
        }
        update: dict[str, Any] = {"$set": fields, "$unset": {"old_secret": "", "old_ends_at": ""}}

        async def write(session: AsyncClientSession) -> bool:
            if before is None:
                await self._clients.insert_one({"_id": client.client_id, **fields}, session=session)
                return True
            if client.leaves_admins_of(before):
                await self._keep_another_admin(before, session)
            done = await self._clients.update_one(_as_read(before), update, session=session)
            return done.matched_count == 1

        try:
            return await self._in_transaction(write, _put(before, client))
        except DuplicateKeyError:
            return False

    async def renew_secret(self, client: Client, secret: str, old_ends_at: datetime | None) -> None:
        """Give it a new secret; the present one works until `old_ends_at`, or no longer for None.

        Raises WriteConflict if the client changed since it was read.
        """
        fields: dict[str, Any] = {
            "secret": await self._hasher.hash(secret),
            "old_secret": "$secret" if old_ends_at else None,
            "old_ends_at": old_ends_at,
            "version": client.version + 1,
            CHANGED_AT: self._clock(),
        }

        async def write(session: AsyncClientSession | None) -> None:
            done = await self._clients.update_one(_as_read(client), [{"$set": fields}], session=session)
            if done.matched_count == 0:
                raise WriteConflict(f"{client.client_id} was changed by another call")

        renewed = replace(client, secrets=Secrets(old_ends_at))
        await self._actions.write_with(self._db, write, _put(client, renewed))

    async def delete(self, client: Client) -> None:
        """End it; a missing client is no error. Raises LastAdmin as `put` does."""

        async def write(session: AsyncClientSession) -> bool:
            if client.role == ADMIN:
                await self._keep_another_admin(client, session)
            await self._clients.delete_one({"_id": client.client_id}, session=session)
            return True

        await self._in_transaction(write, Changed(client.client_id, _fields(client), None))

    async def _keep_another_admin(self, client: Client, session: AsyncClientSession) -> None:
        """Raises LastAdmin if its team has none. A write: of two transactions that count on each other's admin, one starts over."""
        kept = await self._clients.update_one(
            _other_admin(client), {"$inc": {"outlived": 1}}, session=session
        )
        if kept.matched_count == 0:
            raise LastAdmin

    async def _in_transaction(
        self, write: Callable[[AsyncClientSession], Awaitable[bool]], change: Changed
    ) -> bool:
        """What `write` gives; its entry in the audit log is durable with it, if it gives True."""
        entries = self._actions.entries([change])

        async def both(session: AsyncClientSession) -> bool:
            if not await write(session):
                return False
            await add_entries(self._db, entries, session)
            return True

        async with self._db.client.start_session() as session:
            is_done = bool(await session.with_transaction(both))
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


def _other_admin(client: Client) -> Document:
    return _of(*client.team) | {"role": {"$in": [ADMIN, None]}, "_id": {"$ne": client.client_id}}


def _as_read(client: Client) -> Document:
    """The client, unless it changed since it was read. An older version of the service stored clients without a version."""
    return {"_id": client.client_id, "version": {"$in": [1, None]} if client.version == 1 else client.version}


def _read(document: Document) -> Client:
    return Client(
        document["_id"],
        document["name"],
        document["scope"],
        document["subject_id"],
        document.get("role", ADMIN),
        tuple(document.get("return_origins", ())),
        Secrets(document.get("old_ends_at")),
        document.get("version", 1),
    )
