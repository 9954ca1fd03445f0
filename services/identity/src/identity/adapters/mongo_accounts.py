"""Settled-in accounts in MongoDB, each with its outbox."""

from __future__ import annotations

from dataclasses import asdict

from identity.domain.accounts import Account, Profile
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.changes import Decide, Result
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "accounts"
SHOWN = Shown("account", ("host_id", "kind", "name", "bio", "avatar_url", "creator_id", "active"))


class MongoAccounts:
    """Collection `accounts`. An account's events carry the whole account, so the outbox keeps those of the last change."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        accounts = db[COLLECTION]
        self._store = VersionedStore(
            Codec(_read, _write), recorder, lambda _: accounts, replace_outbox=True, shown=SHOWN
        )

    async def get(self, account_id: str) -> Account | None:
        """The account; None if there is none."""
        return await self._store.get(account_id)

    async def change(self, account_id: str, decide: Decide[Account]) -> Result[Account]:
        """Store the outcome of a decision about an account, with its events."""
        return await self._store.change(account_id, decide)


def _read(document: Document) -> Account:
    """Profile fields that an older document lacks have their defaults."""
    return Account(document["_id"], read_as(Profile, document), document["version"])


def _write(account: Account) -> Document:
    return {"_id": account.account_id, "version": account.version, **asdict(account.profile)}
