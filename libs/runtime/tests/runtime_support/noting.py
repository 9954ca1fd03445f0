"""A whole service for tests, run as a process: a note is taken over HTTP and echoed, and the echo is received.

`POST /notes` → NoteTaken → (handler) → NoteEchoed → (handler), each step through an outbox and Kafka.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import ClassVar

from aiohttp import web
from pydantic import BaseModel
from pymongo.errors import DuplicateKeyError

from contracts.event import Event, Identifier, Text
from contracts.topics import Topic
from runtime.consuming.subscription import Delivery, Subscription
from runtime.mongo.client import named
from runtime.service import Service, serve
from runtime.settings import ServiceSettings
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

NOTES = Topic("notes", "note_id", "noting", 3)
ECHOES = Topic("echoes", "note_id", "noting", 3)
log = logging.getLogger(__name__)


class NoteTaken(Event):
    """A note was taken."""

    topic: ClassVar[Topic] = NOTES
    note_id: Identifier
    text: Text = ""


class NoteEchoed(Event):
    """A note came back."""

    topic: ClassVar[Topic] = ECHOES
    note_id: Identifier


class NewNote(BaseModel):
    """The body of `POST /notes`."""

    note_id: Identifier
    text: Text = ""


class Noting:
    """The service's handlers. A text of `slow` keeps its handler busy at the first try; `poison` always fails."""

    def __init__(self, service: Service) -> None:
        self._db = service.db
        self._recorder = service.recorder

    async def take(self, request: web.Request) -> web.Response:
        note = await read_json(request, NewNote)
        taken = NoteTaken(version=1, note_id=note.note_id, text=note.text)
        slots = self._recorder.slots(1, [taken])
        await self._db["notes"].insert_one({"_id": note.note_id, "version": 1, "outbox": slots})
        log.info("a note was taken", extra={"note_id": note.note_id})
        return json_response({"note_id": note.note_id}, 201)

    async def echo(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            note = delivery.event
            tries = await self._db["tries"].find_one_and_update(
                {"_id": note.note_id}, {"$inc": {"count": 1}}, upsert=True
            )
            if note.text == "slow" and tries is None:
                await asyncio.sleep(3600)
            if note.text.startswith("poison"):
                raise ValueError("this note cannot be echoed")
            slots = self._recorder.slots(
                1, [NoteEchoed(version=1, note_id=note.note_id)], traceparent=delivery.traceparent
            )
            try:
                await self._db["echoes"].insert_one({"_id": note.note_id, "outbox": slots})
            except DuplicateKeyError:
                continue

    async def hear(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            await self._db["heard"].update_one({"_id": delivery.event.note_id}, {"$inc": {"count": 1}}, True)


def _assemble(service: Service) -> None:
    noting = Noting(service)
    service.routes([Route("POST", "/notes", noting.take, PUBLIC)])
    service.subscribe(
        Subscription("echo", (NoteTaken,), noting.echo), Subscription("hear", (NoteEchoed,), noting.hear)
    )
    service.relay(named("notes", "echoes"))


def build_app(settings: ServiceSettings) -> Service:
    """The service."""
    return Service("noting", settings, assemble=_assemble)


if __name__ == "__main__":
    serve(build_app(ServiceSettings()))
