"""Mini programs, products and videos in MongoDB: one document each, changed by one write that is guarded by its version.

The event of a change is in that same write; it replaces the one before, since each carries the whole aggregate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pymongo.errors import DuplicateKeyError

from catalog.domain.errors import Refused
from contracts.event import Event
from runtime.mongo.client import Database, Document
from runtime.outbox.recorder import FIELD, Recorder

ATTEMPTS = 10
"""Two writers seldom meet on one aggregate; ten lost races in a row mean that something else is wrong."""

A = TypeVar("A")
Saw = Callable[[str, Document], None]
"""Told (collection, document) of each write, so that this replica's own pages show it at once."""


@dataclass(frozen=True, slots=True)
class Codec(Generic[A]):
    """How an aggregate is stored. `write` has all fields but `_id`, `created_at` and `outbox`."""

    collection: str
    read: Callable[[Document], A]
    write: Callable[[A], Document]


class Aggregates(Generic[A]):
    """The aggregates of one kind."""

    def __init__(self, db: Database, codec: Codec[A], recorder: Recorder, saw: Saw) -> None:
        self._documents = db[codec.collection]
        self._codec = codec
        self._recorder = recorder
        self._saw = saw

    async def get(self, identifier: str) -> A | None:
        """The aggregate, or None."""
        document = await self._documents.find_one({"_id": identifier}, {FIELD: 0})
        return self._codec.read(document) if document is not None else None

    async def find(self, filter_: Document, after: str | None, limit: int) -> list[A]:
        """At most `limit` aggregates that match, in the order of their ids, from the one after `after`."""
        wanted = {**filter_, **({"_id": {"$gt": after}} if after is not None else {})}
        found = self._documents.find(wanted, {FIELD: 0}).sort("_id", 1).limit(limit)
        return [self._codec.read(document) async for document in found]

    async def ids(self, filter_: Document) -> list[str]:
        """The ids of all that match."""
        return [document["_id"] async for document in self._documents.find(filter_, {"_id": 1})]

    async def change(
        self, identifier: str, decide: Callable[[A | None], tuple[A, Sequence[Event]]]
    ) -> tuple[A, bool]:
        """Store what `decide` makes of the aggregate (None when there is none) with the events that tell of it.

        Answers the aggregate and whether it is new. `decide` is asked again when somebody else was quicker; without
        an event nothing is written. Raises Refused `conflict` when that happens too often, and what `decide` raises.
        """
        for _ in range(ATTEMPTS):
            before = await self._documents.find_one({"_id": identifier}, {FIELD: 0})
            after, events = decide(self._codec.read(before) if before is not None else None)
            if not events:
                return after, False
            fields = self._codec.write(after)
            slots = self._recorder.slots(fields["version"], events)
            saved = await self._save(identifier, before, fields, slots)
            if saved is not None:
                told = {**fields, FIELD: slots}
                self._recorder.saved(identifier, told, before=before["version"] if before else 0)
                self._saw(self._codec.collection, saved)
                return after, before is None
        raise Refused("conflict", "somebody else changes this at the same time; try again")

    async def _save(
        self, identifier: str, before: Document | None, fields: Document, slots: Document
    ) -> Document | None:
        if before is None:
            document: dict[str, Any] = {"_id": identifier, "created_at": self._recorder.clock(), **fields}
            try:
                await self._documents.insert_one({**document, FIELD: slots})
            except DuplicateKeyError:
                return None
            return document
        answer = await self._documents.update_one(
            {"_id": identifier, "version": before["version"]}, {"$set": {**fields, FIELD: slots}}
        )
        return {**before, **fields} if answer.matched_count else None
