"""The looks that owners set for the codes of their mini programs."""

from __future__ import annotations

from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.mongo.client import Database, Document
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from sharecode.domain.looks import ProgramLook

COLLECTION = "looks"
SHOWN = Shown("share_code_look", ("line_color", "logo"))


class MongoLooks:
    """Collection `looks`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._db = db
        self._looks = db[COLLECTION]
        self._actions = Actions(recorder, SHOWN)

    async def of(self, mini_program_id: str) -> ProgramLook:
        """The current look."""
        found = await self._looks.find_one({"_id": mini_program_id})
        return ProgramLook(found["version"], found["line_color"], found["logo"]) if found else ProgramLook()

    async def put(self, mini_program_id: str, line_color: str | None, logo: bytes | None) -> ProgramLook:
        """Set the look; its version grows only when something changes."""
        same = {"$and": [{"$eq": ["$line_color", line_color]}, {"$eq": ["$logo", logo]}]}
        version = {"$ifNull": ["$version", 0]}
        grown = {"$cond": [same, version, {"$add": [version, 1]}]}
        look = {"line_color": line_color, "logo": logo}
        update: list[Document] = [
            {"$set": {"version": grown}},
            {"$set": {name: {"$literal": value} for name, value in look.items()}},
        ]

        async def write(session: AsyncClientSession | None) -> None:
            await self._looks.update_one({"_id": mini_program_id}, update, upsert=True, session=session)

        before = await self._looks.find_one({"_id": mini_program_id})
        await self._actions.write_with(
            self._db, write, Changed(mini_program_id, before, (before or {}) | look)
        )
        return await self.of(mini_program_id)
