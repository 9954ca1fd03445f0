"""The one way to change an aggregate: load, decide, write guarded by its version, and again after a conflict (ADR 13).

The events of a change are stored in the same write; what the audit log has of it, in the same transaction. After each write the
store passes the change to the recorder for publishing, caches the document, and calls the listeners.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast
from weakref import WeakValueDictionary

from cachetools import LRUCache
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DocumentTooLarge, PyMongoError

from runtime.errors import WriteConflict, is_unavailable
from runtime.mongo.client import Document
from runtime.mongo.writes import key_taken
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.changes import Change, Command, Decide, Result
from runtime.outbox.codec import Codec
from runtime.outbox.draft import Draft
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.tasks import all_at_once

A = TypeVar("A")

MAX_ATTEMPTS = 10
"""Two writers rarely meet on one aggregate; ten lost races in a row mean that something else is wrong."""
CACHE_SIZE = 2_000
"""Documents: an order sees all its events within seconds of its placing; at some 3 kB each these are a few megabytes."""

Collection = AsyncCollection[Document]


@dataclass(frozen=True, slots=True)
class Saved(Generic[A]):
    """An aggregate as it was just stored, and its document without the outbox."""

    aggregate: A
    document: Document


class _Undecided(Exception):
    """Decided on a cached document: decide again on a fresh one."""


class VersionedStore(Generic[A]):
    """The aggregates of one kind. `collection_of` names the collection of an aggregate's id, None for a malformed id.

    With `cache`, decisions are first made on the documents that this process wrote last. A stale copy cannot do harm: a
    write from it fails the version check, and a decision to write nothing is made again on a fresh copy.
    With `replace_outbox`, an aggregate keeps the events of its last change only: for events that carry the whole aggregate.
    `shown` says what the audit log has of a change that a client makes.
    """

    def __init__(
        self,
        codec: Codec[A],
        recorder: Recorder,
        collection_of: Callable[[str], Collection | None],
        *,
        shown: Shown | None = None,
        cache: bool = False,
        replace_outbox: bool = False,
    ) -> None:
        self._codec = codec
        self._recorder = recorder
        self._actions = Actions(recorder, shown)
        self._collection_of = collection_of
        self._cache = LRUCache[str, Document](CACHE_SIZE) if cache else None
        self._replace_outbox = replace_outbox
        self._listeners: list[Callable[[Saved[A]], None]] = []
        self._turns = WeakValueDictionary[str, asyncio.Lock]()

    def on_saved(self, listener: Callable[[Saved[A]], None]) -> None:
        """Call `listener` after each write of this process; of a bulk in which one met a conflict, with what is stored then."""
        self._listeners.append(listener)

    async def get(self, aggregate_id: str) -> A | None:
        """The aggregate as the database has it."""
        return (await self.get_many([aggregate_id])).get(aggregate_id)

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, A]:
        """Those of the aggregates that exist, by id, as the database has them; one query for each collection."""
        return {key: self._codec.read(found) for key, found in (await self._find(aggregate_ids)).items()}

    def cached(self, aggregate_id: str) -> Document | None:
        """The document as this process wrote it last, without the outbox."""
        return self._cache.get(aggregate_id) if self._cache is not None else None

    async def insert(self, new: Sequence[Change[A]]) -> list[bool | Exception]:
        """Store new aggregates with their events in one round trip for each collection.

        Says for each, in order: True if it was inserted, False if its id already existed (the stored document is unchanged), or
        the exception that kept it out: KeyTaken, DocumentTooLarge, or what made the insert into its collection fail.
        """
        drafts = [self._new_draft(change) for change in new]
        grouped: dict[str, list[int]] = defaultdict(list)
        for n, draft in enumerate(drafts):
            grouped[self._collection(draft.fields["_id"]).name].append(n)
        outcomes: list[bool | Exception] = [False] * len(new)

        async def insert_group(group: list[int]) -> None:
            try:
                created = await self._insert([drafts[n] for n in group])
            except Exception as error:
                created = [error] * len(group)
            for n, outcome in zip(group, created, strict=True):
                outcomes[n] = outcome

        if len(grouped) == 1:  # the usual case, without the cost of a task
            await insert_group(*grouped.values())
        else:
            await asyncio.gather(*map(insert_group, grouped.values()))
        return outcomes

    async def change(self, aggregate_id: str, decide: Decide[A]) -> Result[A]:
        """Store what `decide` makes of the aggregate, with its events. Callers of one process take turns at an aggregate.

        Raises WriteConflict when others were quicker each time, KeyTaken, and what `decide` or the database raises.
        """
        turn = self._turns.setdefault(aggregate_id, asyncio.Lock())
        async with (
            turn
        ):  # fifty editors at once would lose nearly every race, and each lost one costs a transaction
            outcome = (await self.change_many([Command(aggregate_id, decide)]))[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def change_many(self, commands: Sequence[Command[A]]) -> list[Result[A] | Exception]:
        """Decide all commands, in order for each aggregate, and write once for each collection.

        Gives one outcome for each command, in order: its result, or the error that `decide` raised, or WriteConflict, or the
        database's refusal of the aggregate, for example because it is too large. If the database is unavailable, its error is
        raised: some changes may be stored, and it is safe to repeat the whole call.
        """
        outcomes: dict[int, Result[A] | Exception] = {}
        undecided = list(range(len(commands)))
        conflicts: set[str] = set()
        for attempt in range(MAX_ATTEMPTS):
            drafts = await self._load({commands[n].aggregate_id for n in undecided}, cached=attempt == 0)
            for n in undecided:
                draft = drafts[commands[n].aggregate_id]
                outcomes[n] = draft if isinstance(draft, Exception) else self._decide(commands[n], draft)
            readable = {key: draft for key, draft in drafts.items() if isinstance(draft, Draft)}
            self._report_settled(readable[key] for key in conflicts & readable.keys())
            conflicts, refused = await self._write({k: d for k, d in readable.items() if d.changed})
            outcomes |= {n: refused[key] for n in undecided if (key := commands[n].aggregate_id) in refused}
            undecided = [
                n
                for n in undecided
                if isinstance(outcomes[n], _Undecided) or commands[n].aggregate_id in conflicts
            ]
            if not undecided:
                break
        for n in undecided:
            outcomes[n] = WriteConflict(f"{commands[n].aggregate_id} is being changed by others")
        return [outcomes[n] for n in range(len(commands))]

    def _report_settled(self, drafts: Iterable[Draft[A]]) -> None:
        """Of a bulk that met a conflict, report what is stored by now and needs no other write."""
        for draft in drafts:
            if draft.document is not None and not draft.changed:
                self._keep(draft)

    def _decide(self, command: Command[A], draft: Draft[A]) -> Result[A] | Exception:
        try:
            change = command.decide(draft.aggregate)
        except Exception as error:
            draft.reread()
            return _Undecided() if draft.cached else error
        if change is None:
            # "no change" is final only on a current copy: one read fresh, or one that this attempt also writes
            return _Undecided() if draft.cached and not draft.changed else Result(draft.aggregate)
        draft.apply(change, self._recorder, replace_outbox=self._replace_outbox)
        return Result(change.after, draft.document is None)

    async def _load(self, aggregate_ids: set[str], *, cached: bool) -> dict[str, Draft[A] | Exception]:
        """The aggregates to decide on; for one whose document cannot be read, the error instead."""
        copies = {key: d for key in aggregate_ids if cached and (d := self.cached(key)) is not None}
        documents = copies | await self._find(aggregate_ids - copies.keys())
        return {key: self._draft(documents.get(key), key in copies) for key in aggregate_ids}

    def _draft(self, document: Document | None, cached: bool) -> Draft[A] | Exception:
        try:
            return Draft(self._codec, document, cached)
        except Exception as error:
            return error

    async def _find(self, aggregate_ids: Iterable[str]) -> dict[str, Document]:
        """The documents that exist; one query for each collection, all at once."""
        grouped: dict[str, tuple[Collection, list[str]]] = {}
        for key in aggregate_ids:
            if (collection := self._collection_of(key)) is not None:
                grouped.setdefault(collection.name, (collection, []))[1].append(key)
        found: dict[str, Document] = {}

        async def find(collection: Collection, ids: list[str]) -> None:
            async for document in collection.find({"_id": {"$in": ids}}, {OUTBOX_FIELD: 0}):
                found[document["_id"]] = document

        await all_at_once([find(collection, ids) for collection, ids in grouped.values()])
        return found

    async def _write(self, changed: dict[str, Draft[A]]) -> tuple[set[str], dict[str, Exception]]:
        """Write the drafts, each guarded by the version it was decided on; returns the ids that met a conflict, and those that
        the database refused, with its errors."""
        conflicts: set[str] = set()
        refused: dict[str, Exception] = {}
        grouped: dict[str, dict[str, Draft[A]]] = defaultdict(dict)
        new: list[tuple[str, Draft[A]]] = []
        for key, draft in changed.items():
            if draft.document is None:
                new.append((key, draft))
            else:
                grouped[self._collection(key).name][key] = draft

        async def insert(key: str, draft: Draft[A]) -> None:
            (created,) = await self._insert([draft])
            if isinstance(created, Exception):
                refused[key] = created
            elif not created:
                conflicts.add(key)

        async def update(group: dict[str, Draft[A]]) -> None:
            try:
                written = await self._update(group)
            except (PyMongoError, DocumentTooLarge) as error:
                if is_unavailable(error):
                    raise
                if len(group) == 1:
                    refused.update(dict.fromkeys(group, key_taken(error) or error))
                    return
                for key, draft in group.items():  # one of them spoils the write of all: find it
                    await update({key: draft})
                return
            if not written:  # MongoDB does not say which lost: all are decided again
                conflicts.update(group)
                self._forget(group)

        await all_at_once([*(insert(*n) for n in new), *(update(group) for group in grouped.values())])
        return conflicts, refused

    async def _insert(self, drafts: Sequence[Draft[A]]) -> Sequence[bool | Exception]:
        """Insert new aggregates of one collection; says for each whether it is new, or what kept it out."""
        documents = [draft.new_document() for draft in drafts]
        collection = self._collection(documents[0]["_id"])
        created = await self._actions.insert(collection, documents)
        for draft, document, outcome in zip(drafts, documents, created, strict=True):
            if outcome is True:
                self._recorder.saved(collection.name, document["_id"], document, before=0)
                self._keep(draft)
        return created

    async def _update(self, drafts: dict[str, Draft[A]]) -> bool:
        """Update stored aggregates of one collection; False when one of them had another version by now."""
        updates = {key: draft.update() for key, draft in drafts.items()}
        writes = [
            UpdateOne({"_id": key, "version": drafts[key].version_before}, update)
            for key, update in updates.items()
        ]
        changes = (Changed(key, draft.document, draft.document_after()) for key, draft in drafts.items())
        collection = self._collection(next(iter(drafts)))
        if not await self._actions.update_guarded(collection, writes, changes):
            return False
        for key, draft in drafts.items():
            self._recorder.saved(collection.name, key, updates[key]["$set"], before=draft.version_before)
            self._keep(draft)
        return True

    def _keep(self, draft: Draft[A]) -> None:
        document, aggregate = draft.document_after(), cast(A, draft.aggregate)
        if self._cache is not None:
            self._cache[document["_id"]] = document
        for listener in self._listeners:
            listener(Saved(aggregate, document))

    def _forget(self, aggregate_ids: Iterable[str]) -> None:
        if self._cache is not None:
            for key in aggregate_ids:
                self._cache.pop(key, None)

    def _new_draft(self, change: Change[A]) -> Draft[A]:
        draft = Draft(self._codec, None, cached=False)
        draft.apply(change, self._recorder, replace_outbox=self._replace_outbox)
        return draft

    def _collection(self, aggregate_id: str) -> Collection:
        collection = self._collection_of(aggregate_id)
        if collection is None:
            raise ValueError(f"{aggregate_id!r} names no collection")
        return collection
