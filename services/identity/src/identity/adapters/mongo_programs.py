"""Where mini programs can be entered: a projection of the `mini-programs` topic."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import MiniProgramState
from identity.adapters.contracts_in import program_of
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoPrograms:
    """Collection `programs`: state, hosts and version of each mini program."""

    def __init__(self, db: Database) -> None:
        self._programs = db["programs"]

    async def can_be_entered(self, mini_program_id: str, host_id: str) -> bool:
        """Whether the mini program is published on that host."""
        query = {"_id": mini_program_id, "state": "published", "hosts": host_id}
        return await self._programs.find_one(query, {"_id": 1}) is not None

    async def learn(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._programs, {event.mini_program_id: program_of(event) for event in in_order})
