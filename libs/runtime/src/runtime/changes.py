"""A MongoDB change stream that goes on where it was, looked at when its reader says.

The driver's own stream always has a question open, and the server wakes every open question at every write of any database:
with seven streams that cost more than the writes. Here the reader decides when to ask. The commands are those of MongoDB's change streams specification.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.errors import OperationFailure

from runtime.mongo import AWARE, Database, Document

GATHER = 100
"""Changes handed over at once at most: what bounds memory when a reader catches up, and how long others of its process wait."""
HISTORY_LOST = frozenset({260, 280, 286})
"""InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost (MongoDB error_codes.yml)."""
NO_POSITION = frozenset({9, 14, 15, 40647, 40649, 50811})
"""What the server says to a token that it cannot even read (tried on 6.0)."""
OPTIONS = {"resume_after": "resumeAfter", "start_at_operation_time": "startAtOperationTime"}

WAIT_MS = 1
"""How long the server may wait for a change; none is not possible."""

NextLook = Callable[[int], Awaitable[None]]
"""Returns when it is time to look again, given how many changes the last look found."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found, perhaps nothing, and the token to go on from after it."""

    changes: list[Document]
    token: Any


class HistoryLost(Exception):
    """The server cannot go on from the stored position: its history is gone, or the database was dropped."""


def every(seconds: float) -> NextLook:
    """Look in this rhythm, and again at once while there is more than fits."""

    async def next_look(found: int) -> None:
        if found < GATHER:
            await asyncio.sleep(seconds)

    return next_look


async def watch(
    db: Database, pipeline: Sequence[Document], position: Document, next_look: NextLook
) -> AsyncGenerator[Look, None]:
    """Look after look at the changes since `position` ({"resume_after": token} or {"start_at_operation_time": time}), for ever.

    Raises HistoryLost when the position is too old, and PyMongoError when the server is away.
    """
    start = {OPTIONS[name]: value for name, value in position.items()}
    opening = {
        "aggregate": 1,
        "pipeline": [{"$changeStream": start}, *pipeline],
        "cursor": {"batchSize": GATHER},
        "readConcern": {"level": "majority"},
    }
    async with db.client.start_session() as session:
        try:
            cursor = (await db.command(opening, codec_options=AWARE, session=session))["cursor"]
            changes: list[Document] = cursor["firstBatch"]
            while True:
                yield Look(changes, cursor["postBatchResumeToken"])
                if not cursor["id"]:
                    raise HistoryLost("the stream has ended: its database was dropped")
                await next_look(len(changes))
                more = {
                    "getMore": cursor["id"],
                    "collection": "$cmd.aggregate",
                    "batchSize": GATHER,
                    "maxTimeMS": WAIT_MS,
                }
                cursor = (await db.command(more, codec_options=AWARE, session=session))["cursor"]
                changes = cursor["nextBatch"]
        except OperationFailure as fault:
            if fault.code in HISTORY_LOST | NO_POSITION:
                raise HistoryLost(f"code {fault.code}") from None
            raise


async def operation_time(db: Database) -> Any:
    """The server's logical time now, a position to watch from."""
    return (await db.client.admin.command("ping"))["operationTime"]
