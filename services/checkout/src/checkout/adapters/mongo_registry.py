"""Mini programs in MongoDB, and in memory: they are few, and every order needs one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from checkout.domain.shop import MiniProgram
from contracts.catalog import MiniProgramState
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import keep_newest

POLL_INTERVAL_SECONDS = 1.0
"""How late this replica may learn what another one consumed; its own consumer updates it at once."""


class MongoRegistry:
    """Implements the port Registry."""

    def __init__(self, db: Database) -> None:
        self._mini_programs = db["mini_programs"]
        self._known: dict[str, MiniProgram] = {}
        self._refreshing = asyncio.Lock()

    def get(self, mini_program_id: str) -> MiniProgram | None:
        return self._known.get(mini_program_id)

    def owned_by(self, owner_id: str | None) -> list[str]:
        return [key for key, program in self._known.items() if owner_id in (None, program.owner_id)]

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        by_version = sorted(states, key=lambda state: int(state.version))
        newest = {state.mini_program_id: _document(state) for state in by_version}
        await keep_newest(self._mini_programs, newest)
        await self.refresh()

    async def refresh(self) -> None:
        """Read all mini programs. One at a time, so that a read that began earlier does not replace a newer one."""
        async with self._refreshing:
            self._known = {d["_id"]: _mini_program(d) async for d in self._mini_programs.find()}

    async def poll(self) -> None:
        """Refresh at intervals; ends only by cancellation."""
        while True:
            await self.refresh()
            await asyncio.sleep(POLL_INTERVAL_SECONDS)


def _document(state: MiniProgramState) -> Document:
    return {
        "name": state.name,
        "owner_id": state.owner.owner_id,
        "merchant": state.merchant,
        "hosts": list(state.hosts),
        "state": state.state,
        "version": state.version,
    }


def _mini_program(d: Document) -> MiniProgram:
    return MiniProgram(d["_id"], d["owner_id"], d["merchant"], frozenset(d["hosts"]), d["state"])
