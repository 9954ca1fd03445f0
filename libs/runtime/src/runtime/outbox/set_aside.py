"""Aggregates with an event that can never be published, in the collection `set_aside` of the service's database.

Everything else passes them. Their later events wait in the outbox, so that none overtakes; `Sender.retry` publishes them once the
cause is removed.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from runtime import metrics
from runtime.clock import Clock
from runtime.mongo.client import Database, Document
from runtime.stalled import Stalled

log = logging.getLogger(__name__)

COLLECTION = "set_aside"
Aggregate = tuple[str, str]
"""A collection and an id in it."""


@dataclass(frozen=True, slots=True)
class Held:
    """An aggregate that is set aside, from the outbox entry with this id on."""

    aggregate: Aggregate
    entry_id: str | None


class SetAside:
    """The aggregates of one service that are set aside, as the database has them and in memory."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._stored = db[COLLECTION]
        self._clock = clock
        self._held: dict[Aggregate, Held] = {}

    def __contains__(self, aggregate: Aggregate) -> bool:
        return aggregate in self._held

    async def load(self) -> list[Held]:
        """Read them from the database, which an earlier leader may have written to."""
        held = [Held((d["collection"], d["id"]), d["entry"]) async for d in self._stored.find()]
        self._held = {found.aggregate: found for found in held}
        self._count()
        return held

    async def add(self, aggregate: Aggregate, entry: Document, reason: str) -> None:
        """Set the aggregate aside from this entry on; durable on return."""
        collection, aggregate_id = aggregate
        held = {
            "collection": collection,
            "id": aggregate_id,
            "entry": entry.get("id"),
            "type": entry.get("type"),
            "reason": reason,
        }
        known = self._held.get(aggregate)
        await self._stored.update_one(
            {"_id": _key(aggregate)}, {"$set": held, "$setOnInsert": {"at": self._clock()}}, upsert=True
        )
        self._held[aggregate] = Held(aggregate, entry.get("id"))
        self._count()
        if known is None:
            log.error(
                "an event can never be published; its aggregate is set aside",
                extra={"aggregate": _key(aggregate), "event_type": entry.get("type"), "reason": reason},
            )

    async def remove(self, aggregate: Aggregate) -> None:
        """All its events are published."""
        await self._stored.delete_one({"_id": _key(aggregate)})
        self._held.pop(aggregate, None)
        self._count()
        log.warning(
            "an aggregate that was set aside is published again", extra={"aggregate": _key(aggregate)}
        )

    def forget(self) -> None:
        """Another replica leads and reports them."""
        self._held.clear()
        self._count()

    def _count(self) -> None:
        metrics.relay_set_aside.set(len(self._held))


class SetAsideSource:
    """Reports what is set aside to `StalledWatch`; implements StalledSource."""

    def __init__(self, db: Database) -> None:
        self._stored = db[COLLECTION]

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Every aggregate that is set aside."""
        async for held in self._stored.find():
            yield Stalled(
                kind="outbox",
                id=held["_id"],
                state=f"{held['type']} refused",
                since=held["at"],
                waits_for=f"Kafka to accept its event: {held['reason']}",
                advice="remove the cause, for example raise the topic's max.message.bytes; the relay tries again each minute",
            )

    async def ask_again(self, stalled: Stalled) -> None:
        """The relay tries again by itself."""


def _key(aggregate: Aggregate) -> str:
    return "/".join(aggregate)
