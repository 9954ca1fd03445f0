"""Where mini programs can be entered, and by whom before they are published: projections of catalog's topics."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import MiniProgramState
from contracts.catalog_versions import TestersChanged
from identity.adapters.contracts_in import program_of, testers_of
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoPrograms:
    """Collections `programs`: state, hosts and version of each mini program; and `testers`: who sees its draft."""

    def __init__(self, db: Database) -> None:
        self._programs = db["programs"]
        self._testers = db["testers"]

    async def can_be_entered(self, mini_program_id: str, host_id: str, viewer: str) -> bool:
        """Whether the mini program is published on that host, or the viewer tests one that is not suspended."""
        program = await self._programs.find_one({"_id": mini_program_id})
        if program is None or program["state"] == "suspended":
            return False
        if program["state"] == "published" and host_id in program["hosts"]:
            return True
        tester = {"_id": mini_program_id, "viewers": {"host_id": host_id, "viewer": viewer}}
        return await self._testers.find_one(tester, {"_id": 1}) is not None

    async def learn(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._programs, {event.mini_program_id: program_of(event) for event in in_order})

    async def learn_testers(self, events: Sequence[TestersChanged]) -> None:
        """Bring the projection up to these events; idempotent."""
        in_order = sorted(events, key=lambda event: event.version)
        await keep_newest(self._testers, {event.mini_program_id: testers_of(event) for event in in_order})
