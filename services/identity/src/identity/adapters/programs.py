"""Which mini programs can be entered where: a projection of the `mini-programs` topic."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import UpdateOne

from contracts.catalog import MiniProgramState
from runtime.mongo import Database, Document


class MongoPrograms:
    """Collection `programs`: state, hosts and version of each mini program."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def can_be_entered(self, mini_program_id: str, host_id: str) -> bool:
        """Whether it is published on that host."""
        asked = {"_id": mini_program_id, "state": "published", "hosts": host_id}
        return await self._db["programs"].find_one(asked, {"_id": 1}) is not None

    async def take(self, states: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these states; older ones than those known change nothing."""
        if states:
            await self._db["programs"].bulk_write([_newer(state) for state in states])


def _newer(state: MiniProgramState) -> UpdateOne:
    """Replace the fields where the version is newer, in one atomic step that bears repeats."""
    fields: Document = {"version": state.version, "state": state.state, "hosts": list(state.hosts)}
    is_newer = {"$gt": [state.version, {"$ifNull": ["$version", -1]}]}
    change = {name: {"$cond": [is_newer, {"$literal": value}, f"${name}"]} for name, value in fields.items()}
    return UpdateOne({"_id": state.mini_program_id}, [{"$set": change}], upsert=True)
