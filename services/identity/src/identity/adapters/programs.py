"""Which mini programs can be entered where: a projection of the `mini-programs` topic."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import MiniProgramState
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoPrograms:
    """Collection `programs`: state, hosts and version of each mini program."""

    def __init__(self, db: Database) -> None:
        self._programs = db["programs"]

    async def can_be_entered(self, mini_program_id: str, host_id: str) -> bool:
        """Whether it is published on that host."""
        asked = {"_id": mini_program_id, "state": "published", "hosts": host_id}
        return await self._programs.find_one(asked, {"_id": 1}) is not None

    async def take(self, states: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these states; older ones than those known change nothing."""
        newest = {
            state.mini_program_id: {
                "version": state.version,
                "state": state.state,
                "hosts": list(state.hosts),
            }
            for state in sorted(states, key=lambda state: state.version)
        }
        await keep_newest(self._programs, newest)
