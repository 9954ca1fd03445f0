"""What checkout knows of mini programs, from their stream: who owns them, where they are published, which are suspended.

The registry decides which orders collections exist. It is small, so each replica keeps it in memory: its own consumer
updates it at once, and a glance at the database every second brings what another replica consumed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from checkout.adapters.orders import Orders
from contracts.catalog import MiniProgramState
from runtime.consuming.subscription import Delivery
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

REFRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """One entry."""

    mini_program_id: str
    name: str
    owner_id: str
    merchant: str
    hosts: frozenset[str]
    state: str
    version: int


class Registry:
    """Mini programs by id."""

    def __init__(self, db: Database, orders: Orders) -> None:
        self._entries = db["mini_programs"]
        self._orders = orders
        self._known: dict[str, MiniProgram] = {}

    def get(self, mini_program_id: str) -> MiniProgram | None:
        """The entry, once its orders collection is ready."""
        return self._known.get(mini_program_id)

    def owned_by(self, owner_id: str) -> list[str]:
        """The ids of an owner's mini programs."""
        return [m.mini_program_id for m in self._known.values() if m.owner_id == owner_id]

    async def on_mini_programs(self, deliveries: Sequence[Delivery]) -> None:
        """Make the collection of a new one, and keep the newest state."""
        newest: dict[str, Document] = {}
        for event in sorted((delivery.event for delivery in deliveries), key=lambda e: int(e.version)):
            if event.mini_program_id not in self._known:
                await self._orders.prepare(event.mini_program_id)
            newest[event.mini_program_id] = _document(event)
        await keep_newest(self._entries, newest)
        await self.refresh()

    async def refresh(self) -> None:
        """Read all entries."""
        self._known = {d["_id"]: _entry(d) async for d in self._entries.find()}

    async def keep_fresh(self) -> None:
        """Refresh for ever."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)


def _document(event: MiniProgramState) -> Document:
    return {
        "name": event.name,
        "owner_id": event.owner.owner_id,
        "merchant": event.merchant,
        "hosts": list(event.hosts),
        "state": event.state,
        "version": event.version,
    }


def _entry(d: Document) -> MiniProgram:
    return MiniProgram(
        d["_id"], d["name"], d["owner_id"], d["merchant"], frozenset(d["hosts"]), d["state"], d["version"]
    )
