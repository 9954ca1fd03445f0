"""The entries of the audit log: each becomes durable in one transaction with the change that it describes.

An entry is a document of its own in `actions`, with its event as its outbox. It is not in the aggregate, because an aggregate may keep the
events of its last change only, and may be deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import random
from typing import Any, TypeVar

from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, OperationFailure

from contracts.audit import AdminActionTaken
from runtime.acting import Action, current_action
from runtime.errors import bulk_codes
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import Outcome, insert_each
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown

T = TypeVar("T")

WRITE_CONFLICT = 112
PAUSE_SECONDS = 0.05
"""Longest pause before a write that conflicted with another transaction is decided again: the other one commits in it."""
ACTIONS = "actions"
"""The collection; the relay of every service publishes it."""
KEPT = timedelta(days=30)
"""How long entries stay here, for a relay that was away. Identity keeps what was published."""
OWNER = "owner"


async def prepare_actions(db: Database) -> None:
    """Make the index by which MongoDB forgets entries that have long been published."""
    await db[ACTIONS].create_index("at", expireAfterSeconds=int(KEPT.total_seconds()))


@dataclass(frozen=True, slots=True)
class Changed:
    """An object's document before and after a change; None where there is none."""

    object_id: str
    before: Document | None
    after: Document | None


class Actions:
    """Records the changes of one kind of object. Without an acting client nothing is recorded, at no cost."""

    def __init__(self, recorder: Recorder, shown: Shown | None) -> None:
        self._recorder = recorder
        self._shown = shown or Shown("object")

    def entries(self, changes: Iterable[Changed]) -> list[Document]:
        """Documents for `actions`, one for each real change; empty if nobody acts."""
        action = current_action()
        if action is None:
            return []
        events = [self._event(action, change) for change in changes if change.before != change.after]
        return [self._entry(event) for event in events]

    def event(self, object_id: str) -> AdminActionTaken | None:
        """What happened to an object that has no document; None if nobody acts."""
        action = current_action()
        return self._event(action, Changed(object_id, None, None)) if action is not None else None

    async def insert(
        self, collection: AsyncCollection[Document], documents: Sequence[Document]
    ) -> list[Outcome]:
        """The same as `insert_each`, each new document with its entry."""
        if current_action() is None:
            return await insert_each(collection, documents)
        if len(documents) > 1 and await self._insert(collection, documents) is True:
            return [True] * len(documents)
        return [await self._insert(collection, [document]) for document in documents]

    async def update_guarded(
        self,
        collection: AsyncCollection[Document],
        writes: Sequence[UpdateOne],
        changes: Iterable[Changed],
    ) -> bool:
        """Do all guarded updates with their entries; False if a document did not match. With entries, nothing is written then."""
        entries = self.entries(changes)
        if not entries:
            return (await collection.bulk_write(writes, ordered=False)).matched_count == len(writes)

        async def both(session: AsyncClientSession) -> bool:
            try:
                result = await collection.bulk_write(writes, ordered=False, session=session)
            except OperationFailure as error:
                if not _is_conflict(error):
                    raise
                raise _Conflict from None
            if result.matched_count < len(writes):
                raise _Aborted(False)
            await add_entries(collection.database, entries, session)
            return True

        return bool(await self._saved(collection.database, both, entries))

    async def write_with(self, db: Database, write: Callable[[Any], Awaitable[T]], *changes: Changed) -> T:
        """`write(session)` with the entries of `changes` in one transaction; `write(None)` if there are none."""
        entries = self.entries(changes)
        if not entries:
            return await write(None)

        async def both(session: AsyncClientSession) -> T:
            written = await write(session)
            await add_entries(db, entries, session)
            return written

        written: T = await self._saved(db, both, entries)
        return written

    def saved(self, entries: Sequence[Document]) -> None:
        """The entries are durable."""
        for entry in entries:
            self._recorder.saved(ACTIONS, entry["_id"], entry, before=0)

    async def _insert(self, collection: AsyncCollection[Document], documents: Sequence[Document]) -> Outcome:
        """Insert all or none in one transaction: True, or what kept one of them out."""
        entries = self.entries(Changed(document["_id"], None, document) for document in documents)

        async def both(session: AsyncClientSession) -> Outcome:
            for outcome in await insert_each(collection, documents, session):
                if outcome is not True:
                    raise _Aborted(outcome)
            await add_entries(collection.database, entries, session)
            return True

        outcome: Outcome = await self._saved(collection.database, both, entries)
        return outcome

    async def _saved(
        self, db: Database, both: Callable[[AsyncClientSession], Awaitable[T]], entries: Sequence[Document]
    ) -> Any:
        try:
            async with db.client.start_session() as session:
                outcome = await session.with_transaction(both, write_concern=db.write_concern)
        except _Conflict:
            await asyncio.sleep(PAUSE_SECONDS * random())  # noqa: S311
            return False
        except _Aborted as refused:
            return refused.outcome
        self.saved(entries)
        return outcome

    def _event(self, action: Action, change: Changed) -> AdminActionTaken:
        before, after = self._shown.changes(change.before, change.after)
        actor = action.actor
        owner_id = (
            actor.subject_id if actor.scope == OWNER else self._shown.owner_of(change.after or change.before)
        )
        return AdminActionTaken(
            version=int((change.after or {}).get("version", 0)),
            service=self._recorder.service,
            action=action.name,
            actor=actor,
            object_kind=self._shown.kind,
            object_id=change.object_id,
            owner_id=owner_id or None,
            reason=action.reason,
            before=before,
            after=after,
            at=self._recorder.clock(),
        )

    def _entry(self, event: AdminActionTaken) -> Document:
        slots = self._recorder.slots(1, [event])
        return {"_id": self._recorder.new_id(), "version": 1, "at": event.at, OUTBOX_FIELD: slots}


class _Conflict(Exception):
    """Another transaction has written to the same document and is about to commit."""


class _Aborted(Exception):
    """Ends the transaction without writing anything; `outcome` is what its caller gets."""

    def __init__(self, outcome: Any) -> None:
        super().__init__()
        self.outcome = outcome


def _is_conflict(error: OperationFailure) -> bool:
    codes = bulk_codes(error) if isinstance(error, BulkWriteError) else (error.code,)
    return WRITE_CONFLICT in codes


async def add_entries(db: Database, entries: Sequence[Document], session: AsyncClientSession) -> None:
    """Insert entries in a transaction that another write began; call `Actions.saved` after its commit."""
    if entries:
        await db[ACTIONS].insert_many(entries, session=session)
