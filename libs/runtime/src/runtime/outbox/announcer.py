"""Announces recorded events again, for a consumer whose answer has not arrived.

The record has the bytes and the `ce_id` of the first time, and the header `ce_again`. It is published directly: if it is lost,
`StalledWatch` asks again.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from contracts.event import Event
from runtime.kafka.publisher import Publisher
from runtime.mongo.client import Document
from runtime.outbox.recorder import OUTBOX_FIELD, record_of
from runtime.outbox.versioned_store import Collection


class Announcer:
    """For the aggregates of one kind; `collection_of` as in VersionedStore."""

    def __init__(
        self, collection_of: Callable[[str], Collection | None], publisher: Publisher, prefix: str
    ) -> None:
        self._collection_of = collection_of
        self._publisher = publisher
        self._prefix = prefix

    async def again(self, aggregate_id: str, *types: type[Event], **fields: str) -> bool:
        """Announce the newest event of these types whose fields have these values; False if there is none."""
        collection = self._collection_of(aggregate_id)
        document = (
            await collection.find_one({"_id": aggregate_id}, {OUTBOX_FIELD: 1})
            if collection is not None
            else None
        )
        names = {event.type_name() for event in types}
        for _, entry in sorted(((document or {}).get(OUTBOX_FIELD) or {}).items(), reverse=True):
            if entry["type"] in names and _has(entry, fields):
                await self._publisher.publish([record_of(entry, self._prefix, again=True)])
                return True
        return False


def _has(entry: Document, fields: dict[str, str]) -> bool:
    value = orjson.loads(entry["value"]) if fields else {}
    return all(value.get(name) == wanted for name, wanted in fields.items())
