"""Which owner each mini program belongs to: a projection of catalog's stream."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import IndexModel, UpdateOne

from contracts.catalog import MiniProgramState
from runtime.mongo.client import Database


class Owners:
    """The `mini_programs` collection."""

    def __init__(self, db: Database) -> None:
        self._mini_programs = db["mini_programs"]

    async def prepare(self) -> None:
        """An index by owner."""
        await self._mini_programs.create_indexes([IndexModel("owner_id")])

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        """Keep the newest owner of each; an older or repeated state changes nothing."""
        newest = {state.mini_program_id: state for state in sorted(states, key=lambda state: state.version)}
        writes = []
        for state in newest.values():
            newer = {"$gt": [state.version, {"$ifNull": ["$version", -1]}]}
            fields = {"version": state.version, "owner_id": state.owner.owner_id}
            put = {
                name: {"$cond": [newer, {"$literal": value}, f"${name}"]} for name, value in fields.items()
            }
            writes.append(UpdateOne({"_id": state.mini_program_id}, [{"$set": put}], upsert=True))
        await self._mini_programs.bulk_write(writes, ordered=False)

    async def all(self) -> dict[str, str]:
        """The owner's id by mini program."""
        return {found["_id"]: found["owner_id"] async for found in self._mini_programs.find()}

    async def of(self, owner_id: str) -> list[str]:
        """The owner's mini programs."""
        return [found["_id"] async for found in self._mini_programs.find({"owner_id": owner_id})]
