"""The looks that owners set for the codes of their mini programs."""

from __future__ import annotations

from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore
from sharecode.domain.looks import ProgramLook

COLLECTION = "looks"
SHOWN = Shown("share_code_look", ("line_color", "logo"))


class MongoLooks(VersionedStore[ProgramLook]):
    """Collection `looks`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        looks = db[COLLECTION]
        super().__init__(Codec(_read, _write), recorder, lambda _: looks, shown=SHOWN)

    async def of(self, mini_program_id: str) -> ProgramLook:
        """The current look."""
        return await self.get(mini_program_id) or ProgramLook(mini_program_id)


def _write(look: ProgramLook) -> Document:
    return {
        "_id": look.mini_program_id,
        "version": look.version,
        "line_color": look.line_color,
        "logo": look.logo,
    }


def _read(document: Document) -> ProgramLook:
    return ProgramLook(document["_id"], document["line_color"], document["logo"], document["version"])
