"""Orders in MongoDB: one collection for each mini program, found by the order's id alone.

Every change is one guarded write of one document that carries the state and its events together.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cachetools import LRUCache
from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from checkout.adapters.deadlines import AT_ONCE, SECOND, Deadline, Deadlines
from checkout.adapters.documents import changed_fields, document_of, order_of
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from checkout.domain.status import OPEN
from checkout.messages import contract_of
from runtime.batching import Batcher
from runtime.clock import Clock
from runtime.mongo.client import Database, Document, with_prefix
from runtime.mongo.writes import insert_new
from runtime.outbox.recorder import FIELD, Recorder

PREFIX = "orders_"
COLLECTIONS = with_prefix(PREFIX)
_ORDER_ID = re.compile(r"^([a-z0-9]{8,32})_[A-Za-z0-9]{16,31}$")


class Conflict(Exception):
    """Another writer changed an order in between: load again and decide again."""


@dataclass(slots=True)
class Loaded:
    """An order with the document that it was read from, and what is to be told of it."""

    order: Order
    document: Document
    events: list[OrderEvent]
    traceparent: str | None = None

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return bool(self.order.version != self.document["version"])


def mini_program_of(order_id: str) -> str | None:
    """The mini program that an order id names; None for what is no order id of ours."""
    match = _ORDER_ID.match(order_id)
    return match[1] if match else None


class Orders:
    """The repository. `written(order_id, version)` is called after each write."""

    def __init__(
        self,
        db: Database,
        recorder: Recorder,
        clock: Clock,
        deadlines: Deadlines,
        written: Callable[[str, int], None] = lambda order_id, version: None,
    ) -> None:
        self._db = db
        self._recorder = recorder
        self._clock = clock
        self._deadlines = deadlines
        self._written = written
        self._recent = LRUCache[str, Document](2_000)
        self._insert = Batcher[Document, bool](self._insert_all)

    async def prepare(self, mini_program_id: str) -> None:
        """Make the collection and its indexes; called when a mini program is registered, never in a purchase."""
        orders = self.of(mini_program_id)
        await orders.create_index([("openid", ASCENDING), ("placed_at", DESCENDING), ("_id", DESCENDING)])
        await orders.create_index([("placed_at", DESCENDING), ("_id", DESCENDING)])

    def of(self, mini_program_id: str) -> AsyncCollection[Document]:
        """The collection of one mini program; the id must come from the registry or from a checked order id."""
        return self._db[PREFIX + mini_program_id]

    async def insert(self, order: Order, events: Sequence[OrderEvent], private: Document) -> bool:
        """Store a new order with its events, together with those that come at the same time; False when it is there already."""
        document = document_of(order) | private
        slots = self._recorder.slots(order.version, [self._contract(order, e) for e in events])
        return await self._insert(document | {FIELD: slots})

    async def _insert_all(self, written: Sequence[Document]) -> list[bool | Exception]:
        await self._deadlines.remember(written)
        grouped: dict[str, list[Document]] = defaultdict(list)
        for document in written:
            grouped[document["mini_program_id"]].append(document)
        answers = await asyncio.gather(*(self._insert_in(name, group) for name, group in grouped.items()))
        outcomes = dict(zip(grouped, map(iter, answers), strict=True))
        return [next(outcomes[document["mini_program_id"]]) for document in written]

    async def _insert_in(self, mini_program_id: str, written: list[Document]) -> Sequence[bool | Exception]:
        try:
            is_new = await insert_new(self.of(mini_program_id), written)
        except Exception as fault:  # of these orders alone: another mini program's may be stored
            return [fault] * len(written)
        for document, new in zip(written, is_new, strict=True):
            if new:
                self._recorder.saved(document["_id"], document, before=0)
                self._remember({name: value for name, value in document.items() if name != FIELD})
        return is_new

    async def document(self, mini_program_id: str, order_id: str, **owned_by: str) -> Document | None:
        """The whole document without its outbox, where `owned_by` fields match."""
        if mini_program_of(order_id) != mini_program_id:
            return None
        return await self.of(mini_program_id).find_one({"_id": order_id, **owned_by}, {FIELD: 0})

    def recent(self, order_id: str, version: int) -> Document | None:
        """The document as this process wrote it last, when that was `version` or later."""
        document = self._recent.get(order_id)
        return document if document is not None and document["version"] >= version else None

    async def load(self, order_ids: Iterable[str], *, remembered: bool = False) -> dict[str, Loaded]:
        """The orders that exist, by id.

        With `remembered`, those that this process wrote last are taken as it left them. Another replica may have changed
        them since; a write is guarded against that, a decision not to write is not.
        """
        found: dict[str, Loaded] = {}
        unknown = []
        for order_id in order_ids:
            if remembered and (document := self._recent.get(order_id)) is not None:
                found[order_id] = _loaded(document)
            else:
                unknown.append(order_id)
        return found | {d["_id"]: _loaded(d) async for d in self._find(unknown, {FIELD: 0})}

    async def load_overdue(self, deadline: Deadline) -> list[Loaded]:
        """The orders of a deadline that it can end, AT_ONCE at most."""
        match = {
            "placed_at": {"$gte": deadline.placed_at, "$lt": deadline.placed_at + SECOND},
            "expires_at": deadline.expires_at,
            "status": {"$in": [str(status) for status in OPEN]},
        }
        found = self.of(deadline.mini_program_id).find(match, {FIELD: 0}).limit(AT_ONCE)
        return [_loaded(document) async for document in found]

    async def versions(self, order_ids: Iterable[str]) -> dict[str, int]:
        """The version that each of the orders has now."""
        return {d["_id"]: d["version"] async for d in self._find(order_ids, {"version": 1})}

    async def _find(self, order_ids: Iterable[str], fields: Document) -> AsyncIterator[Document]:
        """One query for each mini program."""
        grouped: dict[str, list[str]] = defaultdict(list)
        for order_id in order_ids:
            if (mini_program_id := mini_program_of(order_id)) is not None:
                grouped[mini_program_id].append(order_id)
        for mini_program_id, ids in grouped.items():
            async for document in self.of(mini_program_id).find({"_id": {"$in": ids}}, fields):
                yield document

    async def save(self, changed: Iterable[Loaded]) -> None:
        """Write all that changed, each guarded by the version that was read; raises Conflict when one was not written."""
        writes: dict[str, list[UpdateOne]] = defaultdict(list)
        after: list[tuple[Document, Document, Document]] = []
        for loaded in changed:
            order, before = loaded.order, loaded.document
            fields = changed_fields(before, order)
            if not fields:
                continue
            told = [self._contract(order, event) for event in loaded.events]
            written = fields | self._recorder.updates(order.version, told, loaded.traceparent)
            after.append((before, before | fields, written))
            writes[order.mini_program_id].append(
                UpdateOne({"_id": order.order_id, "version": before["version"]}, {"$set": written})
            )
        for mini_program_id, updates in writes.items():
            result = await self.of(mini_program_id).bulk_write(updates, ordered=False)
            if result.matched_count != len(updates):
                raise Conflict(f"{len(updates) - result.matched_count} order(s) changed meanwhile")
        for before, document, written in after:
            self._recorder.saved(document["_id"], written, before=before["version"])
            self._remember(document)

    async def page(
        self, mini_program_id: str, match: Document, before: tuple[datetime, str] | None, limit: int
    ) -> list[Document]:
        """Newest first, `limit` documents at most, older than `before` (placed_at, order id)."""
        query = dict(match)
        if before is not None:
            placed_at, order_id = before
            query["$or"] = [
                {"placed_at": {"$lt": placed_at}},
                {"placed_at": placed_at, "_id": {"$lt": order_id}},
            ]
        newest_first = [("placed_at", DESCENDING), ("_id", DESCENDING)]
        cursor = self.of(mini_program_id).find(query, {FIELD: 0}).sort(newest_first).limit(limit)
        return await cursor.to_list()

    async def counts(self, mini_program_id: str, openid: str) -> dict[str, int]:
        """How many of a viewer's orders are in which status, and how many have a refund under way (`refunding`)."""
        running = {"$in": ["$$r.status", ["requested", "approved", "processing"]]}
        has_running = {"$anyElementTrue": {"$map": {"input": "$refunds", "as": "r", "in": running}}}
        group = {"_id": "$status", "n": {"$sum": 1}, "refunding": {"$sum": {"$cond": [has_running, 1, 0]}}}
        counts: dict[str, int] = {"refunding": 0}
        pipeline: list[Document] = [{"$match": {"openid": openid}}, {"$group": group}]
        async for row in await self.of(mini_program_id).aggregate(pipeline):
            counts[row["_id"]] = row["n"]
            counts["refunding"] += row["refunding"]
        return counts

    def _remember(self, document: Document) -> None:
        self._recent[document["_id"]] = document
        self._written(document["_id"], document["version"])

    def _contract(self, order: Order, event: OrderEvent) -> Any:
        return contract_of(order, event, self._clock())


def _loaded(document: Document) -> Loaded:
    return Loaded(order_of(document), document, [])
