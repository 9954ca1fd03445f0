"""Which owner each mini program belongs to, in MongoDB: a projection of catalog's stream."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import IndexModel

from contracts.catalog import MiniProgramState
from runtime.mongo.client import Database
from runtime.mongo.writes import keep_newest


class MongoOwners:
    """The `mini_programs` collection."""

    def __init__(self, db: Database) -> None:
        self._mini_programs = db["mini_programs"]

    async def prepare(self) -> None:
        """Create the index by owner."""
        await self._mini_programs.create_indexes([IndexModel("owner_id")])

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        """Keep the newest owner of each; an older or repeated state changes nothing."""
        newest = {state.mini_program_id: state for state in sorted(states, key=lambda state: state.version)}
        documents = {
            key: {"version": state.version, "owner_id": state.owner.owner_id} for key, state in newest.items()
        }
        await keep_newest(self._mini_programs, documents)

    async def all(self) -> dict[str, str]:
        """The owner's id by mini program."""
        return {found["_id"]: found["owner_id"] async for found in self._mini_programs.find()}

    async def of(self, owner_id: str) -> list[str]:
        """The owner's mini programs."""
        return [found["_id"] async for found in self._mini_programs.find({"owner_id": owner_id})]
