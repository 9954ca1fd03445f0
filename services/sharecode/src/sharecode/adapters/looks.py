"""The colour and the logo that a mini program's owner gave its codes."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.mongo.client import Database

COLLECTION = "looks"


@dataclass(frozen=True, slots=True)
class ProgramLook:
    """What an owner gave; version 0 when nothing was ever given. `logo` is a square PNG, already checked."""

    version: int = 0
    line_color: str | None = None
    logo: bytes | None = None


class Looks:
    """The repository."""

    def __init__(self, db: Database) -> None:
        self._looks = db[COLLECTION]

    async def of(self, mini_program_id: str) -> ProgramLook:
        """The look that holds now."""
        found = await self._looks.find_one({"_id": mini_program_id})
        return ProgramLook(found["version"], found["line_color"], found["logo"]) if found else ProgramLook()

    async def put(self, mini_program_id: str, line_color: str | None, logo: bytes | None) -> ProgramLook:
        """This look from now on; a new version unless it is already so."""
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
