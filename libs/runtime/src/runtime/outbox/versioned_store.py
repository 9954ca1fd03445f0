"""The one way to change an aggregate: load, decide, write guarded by its version, and again after a conflict.

The events of a change are stored in the same write. After each write the store does what follows from it: it tells the
recorder (so that the relay can publish at once), keeps the document for the next decision, and calls the listeners.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cachetools import LRUCache
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from runtime.errors import WriteConflict
from runtime.mongo.client import Document
from runtime.mongo.writes import insert_new
from runtime.outbox.changes import Change, Command, Decide, Result
from runtime.outbox.recorder import FIELD, Recorder

A = TypeVar("A")

MAX_ATTEMPTS = 10
"""Two writers rarely meet on one aggregate; ten lost races in a row mean that something else is wrong."""
CACHE_SIZE = 2_000
"""Documents: an order sees all its events within seconds of its placing; at some 3 kB each these are a few megabytes."""

Collection = AsyncCollection[Document]


@dataclass(frozen=True, slots=True)
class Codec(Generic[A]):
    """How an aggregate is stored: `read` takes its document, `write` gives its fields (`_id` and `version` among them).

    `changing` gives only the fields that can change after creation, where that is cheaper; `optional` names the fields that
    may be absent, and are removed from the document when they are.
    """

    read: Callable[[Document], A]
    write: Callable[[A], Document]
    changing: Callable[[A], Document] | None = None
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Saved(Generic[A]):
    """An aggregate as it was just stored, and its document without the outbox."""

    aggregate: A
    document: Document


@dataclass(slots=True)
class _Stored(Generic[A]):
    """An aggregate as it was loaded, and as the decisions of this attempt leave it."""

    document: Document | None
    aggregate: A | None
    cached: bool
    fields: Document = field(default_factory=dict)
    outbox: Document = field(default_factory=dict)


class _Undecided(Exception):
    """The copy was cached, so the outcome has to be confirmed on a fresh one."""


class VersionedStore(Generic[A]):
    """The aggregates of one kind. `collection_of` names the collection of an aggregate's id, None for a malformed id.

    With `cache`, decisions are first made on the documents that this process wrote last. A stale copy cannot do harm: a
    write from it fails the version check, and a decision to write nothing is made again on a fresh copy.
    With `replace_outbox`, an aggregate keeps the events of its last change only: for events that carry the whole aggregate.
    """

    def __init__(
        self,
        codec: Codec[A],
        recorder: Recorder,
        collection_of: Callable[[str], Collection | None],
        *,
        cache: bool = False,
        replace_outbox: bool = False,
    ) -> None:
        self._codec = codec
        self._recorder = recorder
        self._collection_of = collection_of
        self._cache = LRUCache[str, Document](CACHE_SIZE) if cache else None
        self._replace_outbox = replace_outbox
        self._listeners: list[Callable[[Saved[A]], None]] = []

    def on_saved(self, listener: Callable[[Saved[A]], None]) -> None:
        """Call `listener` after each write of this process."""
        self._listeners.append(listener)

    async def get(self, aggregate_id: str) -> A | None:
        """The aggregate as the database has it."""
        document = (await self._find([aggregate_id])).get(aggregate_id)
        return self._codec.read(document) if document is not None else None

    def cached(self, aggregate_id: str) -> Document | None:
        """The document as this process wrote it last, without the outbox."""
        return self._cache.get(aggregate_id) if self._cache is not None else None

    async def insert(self, new: Sequence[Change[A]]) -> list[bool | Exception]:
        """Store new aggregates with their events in one round trip for each collection.

        Says for each, in order, whether it is new: False leaves what is stored under its id as it is, and an exception is
        of those in the same collection alone.
        """
        documents = [self._new_document(change) for change in new]
        grouped: dict[str, list[int]] = defaultdict(list)
        for n, document in enumerate(documents):
            grouped[self._collection(document["_id"]).name].append(n)
        outcomes: list[bool | Exception] = [False] * len(new)

        async def insert_group(group: list[int]) -> None:
            try:
                collection = self._collection(documents[group[0]]["_id"])
                created = await insert_new(collection, [documents[n] for n in group])
            except Exception as error:
                for n in group:
                    outcomes[n] = error
                return
            for n, is_new in zip(group, created, strict=True):
                outcomes[n] = is_new
                if is_new:
                    self._recorder.saved(documents[n]["_id"], documents[n], before=0)
                    self._keep(new[n].after, {k: v for k, v in documents[n].items() if k != FIELD})

        if len(grouped) == 1:  # the usual case, without the cost of a task
            await insert_group(*grouped.values())
        else:
            await asyncio.gather(*map(insert_group, grouped.values()))
        return outcomes

    async def change(self, aggregate_id: str, decide: Decide[A]) -> Result[A]:
        """Store what `decide` makes of the aggregate, with its events.

        Raises WriteConflict when others were quicker each time, and what `decide` or the database raises.
        """
        outcome = (await self.change_many([Command(aggregate_id, decide)]))[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def change_many(self, commands: Sequence[Command[A]]) -> list[Result[A] | Exception]:
        """Decide all commands, in order for each aggregate, and write once for each collection.

        Gives one outcome for each command, in order: its result, or the error that `decide` raised, or WriteConflict.
        What the database raises is raised: then it is unknown which changes were made, and repeating the commands makes
        each once.
        """
        outcomes: list[Result[A] | Exception | None] = [None] * len(commands)
        undecided = list(range(len(commands)))
        for attempt in range(MAX_ATTEMPTS):
            stored = await self._load({commands[n].aggregate_id for n in undecided}, cached=attempt == 0)
            for n in undecided:
                outcomes[n] = self._decide(commands[n], stored[commands[n].aggregate_id])
            conflicts = await self._write({k: s for k, s in stored.items() if s.fields})
            undecided = [
                n
                for n in undecided
                if isinstance(outcomes[n], _Undecided) or commands[n].aggregate_id in conflicts
            ]
            if not undecided:
                break
        for n in undecided:
            outcomes[n] = WriteConflict(f"{commands[n].aggregate_id} is being changed by others")
        return [
            outcome for outcome in outcomes if outcome is not None
        ]  # none is: this is for the type checker

    def _decide(self, command: Command[A], stored: _Stored[A]) -> Result[A] | Exception:
        try:
            change = command.decide(stored.aggregate)
        except Exception as error:
            stored.aggregate = self._read(stored)  # the decision may have left it half-changed
            return _Undecided() if stored.cached else error
        if change is None:
            # a write of this attempt confirms a cached copy; without one, a fresh copy has to
            return _Undecided() if stored.cached and not stored.fields else Result(stored.aggregate)
        self._apply(change, stored)
        return Result(change.after, stored.document is None)

    def _read(self, stored: _Stored[A]) -> A | None:
        """The aggregate as the changes accepted so far leave it."""
        document = {**(stored.document or {}), **stored.fields}
        return self._codec.read(document) if document else None

    def _apply(self, change: Change[A], stored: _Stored[A]) -> None:
        """Add an accepted change to the write of this attempt."""
        stored.aggregate = change.after
        if stored.document is None:
            stored.fields = {**stored.fields, **self._codec.write(change.after), **change.private}
        else:
            stored.fields = (self._codec.changing or self._codec.write)(change.after)
        version = stored.fields["version"]
        if self._replace_outbox or stored.document is None:
            slots = self._recorder.slots(version, change.events, change.traceparent)
            stored.outbox = {FIELD: {**stored.outbox.get(FIELD, {}), **slots}}
        else:
            stored.outbox |= self._recorder.updates(version, change.events, change.traceparent)

    async def _load(self, aggregate_ids: set[str], *, cached: bool) -> dict[str, _Stored[A]]:
        copies = {key: d for key in aggregate_ids if cached and (d := self.cached(key)) is not None}
        found = await self._find(aggregate_ids - copies.keys())
        loaded = {key: _Stored[A](None, None, cached=False) for key in aggregate_ids}
        for key, document in (copies | found).items():
            loaded[key] = _Stored(document, self._codec.read(document), key in copies)
        return loaded

    async def _find(self, aggregate_ids: Iterable[str]) -> dict[str, Document]:
        """The documents that exist; one query for each collection."""
        grouped: dict[str, tuple[Collection, list[str]]] = {}
        for key in aggregate_ids:
            if (collection := self._collection_of(key)) is not None:
                grouped.setdefault(collection.name, (collection, []))[1].append(key)
        found: dict[str, Document] = {}
        for collection, ids in grouped.values():
            async for document in collection.find({"_id": {"$in": ids}}, {FIELD: 0}):
                found[document["_id"]] = document
        return found

    async def _write(self, pending: Mapping[str, _Stored[A]]) -> set[str]:
        """Write all pending changes, each guarded by the version it was decided on; the ids that met a conflict."""
        conflicts: set[str] = set()
        updates: dict[str, list[tuple[str, Document, _Stored[A]]]] = defaultdict(list)
        for key, stored in pending.items():
            if stored.document is None:
                if not await self._create(key, stored):
                    conflicts.add(key)
            else:
                updates[self._collection(key).name].append((key, self._update(stored), stored))
        for group in updates.values():
            writes = [
                UpdateOne({"_id": key, "version": _document(stored)["version"]}, update)
                for key, update, stored in group
            ]
            result = await self._collection(group[0][0]).bulk_write(writes, ordered=False)
            if result.matched_count < len(group):  # MongoDB does not say which: all are decided again
                conflicts.update(key for key, _, _ in group)
                self._forget(key for key, _, _ in group)
                continue
            for key, update, stored in group:
                self._saved(key, stored, update)
        return conflicts

    async def _create(self, key: str, stored: _Stored[A]) -> bool:
        document = {**stored.fields, **stored.outbox}
        (is_new,) = await insert_new(self._collection(key), [document])
        if is_new:
            self._recorder.saved(key, document, before=0)
            self._keep(stored.aggregate, stored.fields)
        return is_new

    def _update(self, stored: _Stored[A]) -> Document:
        before = _document(stored)
        changed = {name: value for name, value in stored.fields.items() if before.get(name, ...) != value}
        removed = [name for name in self._codec.optional if name in before and name not in stored.fields]
        update: Document = {"$set": {**changed, **stored.outbox}}
        if removed:
            update["$unset"] = dict.fromkeys(removed, "")
        return update

    def _saved(self, key: str, stored: _Stored[A], update: Document) -> None:
        before = _document(stored)
        self._recorder.saved(key, update["$set"], before=before["version"])
        document = before | stored.fields
        for name in update.get("$unset", ()):
            del document[name]
        self._keep(stored.aggregate, document)

    def _keep(self, aggregate: Any, document: Document) -> None:
        if self._cache is not None:
            self._cache[document["_id"]] = document
        for listener in self._listeners:
            listener(Saved(aggregate, document))

    def _forget(self, aggregate_ids: Iterable[str]) -> None:
        if self._cache is not None:
            for key in aggregate_ids:
                self._cache.pop(key, None)

    def _new_document(self, change: Change[A]) -> Document:
        fields = self._codec.write(change.after)
        slots = self._recorder.slots(fields["version"], change.events, change.traceparent)
        return {**fields, **change.private, FIELD: slots}

    def _collection(self, aggregate_id: str) -> Collection:
        collection = self._collection_of(aggregate_id)
        if collection is None:
            raise ValueError(f"{aggregate_id!r} names no collection")
        return collection


def _document(stored: _Stored[A]) -> Document:
    assert stored.document is not None  # noqa: S101 - only called for stored aggregates
    return stored.document
