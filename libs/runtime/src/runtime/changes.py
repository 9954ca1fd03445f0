"""A MongoDB change stream that goes on where it was, read in groups as large as what has gathered meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from pymongo.errors import OperationFailure

from runtime.mongo import Database, Document
from runtime.tasks import end

GATHER = 500
"""Changes handed over at once at most; what bounds memory when a relay catches up."""
HISTORY_LOST = frozenset({260, 280, 286})
"""InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost (MongoDB error_codes.yml)."""
NO_POSITION = frozenset({9, 14, 15, 40647, 40649, 50811})
"""What the server says to a token that it cannot even read (tried on 6.0)."""


class HistoryLost(Exception):
    """The server cannot go on from the stored position: its history is gone, or the database was dropped."""


async def watch(
    db: Database, pipeline: Sequence[Document], position: Document
) -> AsyncGenerator[list[Document], None]:
    """Groups of changes since `position` ({"resume_after": token} or {"start_at_operation_time": time}), for ever.

    Raises HistoryLost when the position is too old, and PyMongoError when the server is away for long.
    """
    queue: asyncio.Queue[Document | BaseException] = asyncio.Queue(GATHER)
    reader = asyncio.create_task(_read(db, pipeline, position, queue))
    try:
        while True:
            group = [await queue.get()]
            while len(group) < GATHER and not queue.empty():
                group.append(queue.get_nowait())
            changes = [item for item in group if not isinstance(item, BaseException)]
            if changes:
                yield changes
            for item in group:
                if isinstance(item, BaseException):
                    raise item
    finally:
        await end(reader)


async def _read(
    db: Database,
    pipeline: Sequence[Document],
    position: Document,
    queue: asyncio.Queue[Document | BaseException],
) -> None:
    options: dict[str, Any] = {**position, "max_await_time_ms": 1000, "batch_size": GATHER}
    try:
        async with await db.watch(list(pipeline), **options) as stream:
            async for change in stream:
                await queue.put(change)
        await queue.put(HistoryLost("the stream has ended: its database was dropped"))
    except OperationFailure as fault:
        lost = fault.code in HISTORY_LOST | NO_POSITION
        await queue.put(HistoryLost(f"code {fault.code}") if lost else fault)
    except Exception as fault:  # whatever ends the reader must reach who waits for it
        await queue.put(fault)


async def operation_time(db: Database) -> Any:
    """The server's logical time now, a position to watch from."""
    return (await db.client.admin.command("ping"))["operationTime"]
