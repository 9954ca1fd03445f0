"""What hosts have set, in MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.domain.host_settings import HostSettings
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "host_settings"
SHOWN = Shown("host_settings", ("accepts_all",))


class MongoHostSettings(VersionedStore[HostSettings]):
    """Implements `HostSettingsStore`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        super().__init__(Codec(_read, _write), recorder, lambda _: self._documents, shown=SHOWN)

    async def accepting(self, host_ids: Iterable[str]) -> set[str]:
        """Those of the hosts that accept every mini program."""
        wanted = set(host_ids)
        by_hand = self._documents.find({"_id": {"$in": list(wanted)}, "accepts_all": False}, {"_id": 1})
        return wanted - {document["_id"] async for document in by_hand}


def _write(settings: HostSettings) -> Document:
    return {"_id": settings.host_id, "accepts_all": settings.accepts_all, "version": settings.version}


def _read(document: Document) -> HostSettings:
    return HostSettings(document["_id"], document["accepts_all"], document["version"])
