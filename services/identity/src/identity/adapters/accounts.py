"""Settled-in accounts in MongoDB, each with its outbox."""

from __future__ import annotations

from pymongo.errors import DuplicateKeyError

from contracts.api.accounts import AccountRequest
from contracts.identity import AccountChanged, AccountSettledIn, AccountState, CreatorChanged
from identity.domain.accounts import Change, change_of
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import FIELD, Recorder

EVENTS: dict[Change, type[AccountState]] = {
    "settled_in": AccountSettledIn,
    "account_changed": AccountChanged,
    "creator_changed": CreatorChanged,
}


class MongoAccounts:
    """Collection `accounts`: public fields, version, and the event of the last change."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._db = db
        self._recorder = recorder

    async def put(self, account_id: str, wanted: AccountRequest) -> tuple[int, bool]:
        """Make the account be as `wanted`: its version now, and whether it is new."""
        while True:
            kept = await self._db["accounts"].find_one({"_id": account_id}, {FIELD: 0})
            fields = wanted.model_dump()
            change = change_of(_public(kept), fields)
            version = (kept["version"] if kept else 0) + (change is not None)
            if change is None or await self._write(account_id, version, fields, change):
                return version, change == "settled_in"

    async def _write(self, account_id: str, version: int, fields: Document, change: Change) -> bool:
        """One guarded write of state and event together; False when another one came first."""
        told = {name: value for name, value in fields.items() if value is not None}
        event = EVENTS[change](account_id=account_id, version=version, **told)
        document = {**fields, "version": version, FIELD: self._recorder.slots(version, [event])}
        accounts = self._db["accounts"]
        if version > 1:
            done = await accounts.update_one({"_id": account_id, "version": version - 1}, {"$set": document})
            if done.matched_count == 0:
                return False
        else:
            try:
                await accounts.insert_one({"_id": account_id, **document})
            except DuplicateKeyError:
                return False
        self._recorder.saved(account_id, document, before=version - 1)
        return True


def _public(kept: Document | None) -> Document | None:
    """The fields that a request names; those it has learned since are there with their defaults."""
    if kept is None:
        return None
    return {name: kept.get(name, field.default) for name, field in AccountRequest.model_fields.items()}
