"""A MongoDB change stream that is polled at the reader's pace and resumes from a stored position.

The driver's own stream keeps a getMore open, and the server wakes every open one at every write of any database: with
seven streams that cost more than the writes. Here the reader decides when to ask. The commands are those of MongoDB's
change streams specification.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure, PyMongoError

from runtime.mongo.client import AWARE, Database, Document

MAX_CHANGES = 100
"""Changes in one poll: bounds memory while a reader catches up, and how long it holds the event loop."""
HISTORY_LOST = frozenset({260, 280, 286})
"""InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost (MongoDB error_codes.yml)."""
NO_POSITION = frozenset({9, 14, 15, 40647, 40649, 50811})
"""Codes of an opening whose resume token the server cannot parse (tried on 6.0). Later they mean something else."""
OPTIONS = {"resume_after": "resumeAfter", "start_at_operation_time": "startAtOperationTime"}

KILL_SECONDS = 1.0
WAIT_MS = 1
"""How long the server may wait for a change; zero is not allowed."""

WaitForNext = Callable[[int], Awaitable[None]]
"""Returns when the next poll is due; the argument is how many changes the last one found."""


@dataclass(frozen=True, slots=True)
class Poll:
    """The changes that one poll found, perhaps none, and the token to resume after them."""

    changes: list[Document]
    token: Any


class HistoryLost(Exception):
    """The server cannot resume from the stored position: its history is gone, or the database was dropped."""

    loggable: ClassVar[bool] = True


def at_interval(seconds: float) -> WaitForNext:
    """Poll at this interval, and again at once while a poll comes back full."""

    async def wait_for_next(found: int) -> None:
        if found < MAX_CHANGES:
            await asyncio.sleep(seconds)

    return wait_for_next


async def poll(
    db: Database, pipeline: Sequence[Document], position: Document, wait_for_next: WaitForNext
) -> AsyncGenerator[Poll, None]:
    """Poll the changes since `position` ({"resume_after": token} or {"start_at_operation_time": time}), endlessly.

    Raises HistoryLost when the position is too old, and PyMongoError when the server is unavailable.
    """
    start = {OPTIONS[name]: value for name, value in position.items()}
    opening = {
        "aggregate": 1,
        "pipeline": [{"$changeStream": start}, *pipeline],
        "cursor": {"batchSize": MAX_CHANGES},
        "readConcern": {"level": "majority"},
    }
    cursor_id = 0
    async with db.client.start_session() as session:
        try:
            try:
                cursor = (await db.command(opening, codec_options=AWARE, session=session))["cursor"]
            except OperationFailure as error:
                if error.code in NO_POSITION:
                    raise HistoryLost(f"code {error.code}") from None
                raise
            changes: list[Document] = cursor["firstBatch"]
            while True:
                cursor_id = cursor["id"]
                yield Poll(changes, cursor["postBatchResumeToken"])
                if not cursor_id:
                    raise HistoryLost("the stream has ended: its database was dropped")
                await wait_for_next(len(changes))
                more = {
                    "getMore": cursor_id,
                    "collection": "$cmd.aggregate",
                    "batchSize": MAX_CHANGES,
                    "maxTimeMS": WAIT_MS,
                }
                cursor = (await db.command(more, codec_options=AWARE, session=session))["cursor"]
                changes = cursor["nextBatch"]
        except OperationFailure as error:
            if error.code in HISTORY_LOST:
                raise HistoryLost(f"code {error.code}") from None
            raise
        finally:
            if cursor_id:
                await _kill(db, cursor_id, session)


async def _kill(db: Database, cursor_id: int, session: AsyncClientSession) -> None:
    """Free the server's cursor, which would otherwise live for ten minutes; harmless if it is gone."""
    command = {"killCursors": "$cmd.aggregate", "cursors": [cursor_id]}
    with suppress(PyMongoError, TimeoutError):
        async with asyncio.timeout(KILL_SECONDS):
            await db.command(command, session=session)


async def operation_time(db: Database) -> Any:
    """The server's logical time now, a position to poll from."""
    return (await db.client.admin.command("ping"))["operationTime"]
