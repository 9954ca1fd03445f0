"""The looks that owners set for the codes of their mini programs."""

from __future__ import annotations

from runtime.mongo.client import Database
from sharecode.domain.looks import ProgramLook

COLLECTION = "looks"


class MongoLooks:
    """Collection `looks`."""

    def __init__(self, db: Database) -> None:
        self._looks = db[COLLECTION]

    async def of(self, mini_program_id: str) -> ProgramLook:
        """The current look."""
        found = await self._looks.find_one({"_id": mini_program_id})
        return ProgramLook(found["version"], found["line_color"], found["logo"]) if found else ProgramLook()

    async def put(self, mini_program_id: str, line_color: str | None, logo: bytes | None) -> ProgramLook:
        """Set the look; its version grows only when something changes."""
        same = {"$and": [{"$eq": ["$line_color", line_color]}, {"$eq": ["$logo", logo]}]}
        version = {"$ifNull": ["$version", 0]}
        grown = {"$cond": [same, version, {"$add": [version, 1]}]}
        await self._looks.update_one(
            {"_id": mini_program_id},
            [
                {"$set": {"version": grown}},
                {"$set": {"line_color": {"$literal": line_color}, "logo": {"$literal": logo}}},
            ],
            upsert=True,
        )
        return await self.of(mini_program_id)
