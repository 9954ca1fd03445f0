"""Where the relay reads recorded changes: the change stream, and the outboxes themselves when the stream's history is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from runtime.mongo.client import CollectionFilter, Database, Document
from runtime.outbox.recorder import OUTBOX_FIELD, Recorded, slots_in, version_of


def pipeline(collections: Sequence[CollectionFilter]) -> list[Document]:
    """For the change stream: the writes of these collections, with no more of them than their outbox entries."""
    return [
        {
            "$match": {
                "operationType": {"$in": ["insert", "replace", "update"]},
                **_any_of("ns.coll", collections),
            }
        },
        {
            "$project": {
                "operationType": 1,
                "ns.coll": 1,
                "documentKey": 1,
                f"fullDocument.{OUTBOX_FIELD}": 1,
                "updateDescription.updatedFields": 1,
            }
        },
    ]


def recorded_in(change: Document) -> Recorded | None:
    """What one change of the stream recorded, in order; None when it holds no outbox entry."""
    is_update = change["operationType"] == "update"
    slots = slots_in(
        change["updateDescription"]["updatedFields"] if is_update else change.get("fullDocument", {})
    )
    if not slots:
        return None
    return _recorded((change["ns"]["coll"], str(change["documentKey"]["_id"])), slots)


async def all_recorded(db: Database, collections: Sequence[CollectionFilter]) -> AsyncIterator[Recorded]:
    """What all outboxes of these collections hold, one aggregate after the other."""
    for name in await db.list_collection_names(filter=_any_of("name", collections)):
        async for document in db[name].find({OUTBOX_FIELD: {"$exists": True}}, {OUTBOX_FIELD: 1}):
            if document[OUTBOX_FIELD]:
                yield _recorded((name, str(document["_id"])), document[OUTBOX_FIELD])


def _any_of(field: str, collections: Sequence[CollectionFilter]) -> Document:
    """Matches where the name of a collection is in `field`."""
    if len(collections) == 1:
        return {field: collections[0]}
    return {"$or": [{field: one} for one in collections]}


def _recorded(aggregate: tuple[str, str], slots: Document) -> Recorded:
    first, last = (version_of(slot) for slot in (min(slots), max(slots)))
    return Recorded(aggregate, first - 1, last, tuple(entry for _, entry in sorted(slots.items())))
