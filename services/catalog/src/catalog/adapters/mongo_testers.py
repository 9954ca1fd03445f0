"""Who tests which mini program, in MongoDB."""

from __future__ import annotations

from catalog.domain.testers import Tester, Testers
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "testers"
SHOWN = Shown("testers", ("viewers.*.host_id",))


class MongoTesters(VersionedStore[Testers]):
    """Implements `TesterStore`. Each event carries all testers, so the outbox keeps the last one only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        documents = db[COLLECTION]
        super().__init__(
            Codec(read_testers, write_testers),
            recorder,
            lambda _: documents,
            replace_outbox=True,
            shown=SHOWN,
        )


def write_testers(testers: Testers) -> Document:
    """The fields of its document."""
    return {
        "_id": testers.mini_program_id,
        "version": testers.version,
        "viewers": [{"host_id": one.host_id, "viewer": one.viewer} for one in testers.viewers],
    }


def read_testers(document: Document) -> Testers:
    """The testers in a document."""
    viewers = tuple(Tester(one["host_id"], one["viewer"]) for one in document["viewers"])
    return Testers(document["_id"], viewers, document["version"])
