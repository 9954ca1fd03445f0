"""An aggregate for tests, with an outbox, and relays that publish it."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.ids import random_id
from runtime.mongo.client import Database, Document, connect, database, named, with_prefix
from runtime.outbox.recorder import Recorder
from runtime.outbox.relay import Relay
from runtime.tasks import end
from runtime_support.stream import Stream
from support.events import records_of
from support.eventually import Eventually

RECORDER = Recorder(system_clock, random_id)


@dataclass
class Notebook:
    """A database with one collection of notes, whose events go to `stream`."""

    db: Database
    stream: Stream
    recorder: Recorder = RECORDER

    @classmethod
    @asynccontextmanager
    async def fresh(cls, mongodb: str, stream: Stream) -> AsyncIterator[Notebook]:
        client = connect(mongodb)
        try:
            yield cls(database(client, f"{stream.prefix}notebook{secrets.token_hex(3)}"), stream)
        finally:
            await client.close()

    async def take(self, note_id: str, *texts: str) -> None:
        """A new note, with an event for each text."""
        slots = self.recorder.slots(1, [self.stream.note(text, note_id) for text in texts])
        note = {"_id": note_id, "version": 1, "outbox": slots}
        await self.db["notes"].insert_one(note)
        self.recorder.saved("notes", note_id, note, before=0)

    async def change(self, note_id: str, version: int, *texts: str) -> None:
        """The next version of a note, guarded on the one before."""
        added = self.recorder.updates(version, [self.stream.note(text, note_id, version) for text in texts])
        fields = {"version": version, **added}
        answer = await self.db["notes"].update_one({"_id": note_id, "version": version - 1}, {"$set": fields})
        assert answer.modified_count == 1
        self.recorder.saved("notes", note_id, fields, before=version - 1)

    async def recorded(self) -> set[str]:
        """The ids of all events in all outboxes."""
        return {entry["id"] async for note in self.db["notes"].find() for entry in note["outbox"].values()}

    def relay(self, monotonic: Callable[[], float] = time.monotonic) -> Relay:
        return Relay(
            self.db, self.stream.publisher, system_clock, prefix=self.stream.prefix, holder=random_id(),
            collections=[named("notes"), with_prefix("notes_")], monotonic=monotonic,
        )  # fmt: skip

    @asynccontextmanager
    async def relaying(self, relay: Relay | None = None) -> AsyncIterator[Relay]:
        """A relay that runs as long as inside."""
        relay = relay or self.relay()
        await relay.prepare()
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            await end(task)

    @asynccontextmanager
    async def relaying_on_the_fast_path(self, eventually: Eventually) -> AsyncIterator[Relay]:
        """A relay that leads and is told of what is written."""
        relay = self.relay()
        self.recorder = Recorder(system_clock, random_id, relay.fast_path.offer)
        async with self.relaying(relay):
            await eventually(lambda: relay.fast_path.enabled)
            yield relay

    async def published(self) -> list[ConsumerRecord]:
        return await records_of(self.stream.kafka, self.stream.name)

    async def all_published(self) -> bool:
        """Whether every recorded event is on the topic."""
        missing = await self.recorded() - {headers_of(r)["ce_id"] for r in await self.published()}
        assert not missing, missing
        return True

    async def position(self) -> Document:
        found = await self.db["relay"].find_one({"_id": "outbox"})
        assert found is not None
        return found


def texts_of(records: list[ConsumerRecord], note_id: str | None = None) -> list[str]:
    """The texts of the notes, in order; of one note where asked."""
    values = [json.loads(r.value) for r in records if note_id is None or r.key == note_id.encode()]
    return [value["text"] for value in values]
