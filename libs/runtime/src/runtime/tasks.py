"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_AFTER_SECONDS = 0.2


async def end(*tasks: asyncio.Task[Any], again_after: float = AGAIN_AFTER_SECONDS) -> None:
    """Cancel the tasks until all have ended; what they raised stays with them. `again_after` seconds are what a task has
    for its own tidying up.

    Once is not enough before Python 3.12: `asyncio.wait_for`, inside which PyMongo sends, takes a cancellation that
    meets the end of what it waits for as its own, and the task goes on (seen with a change stream that began to ask for
    more).
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again_after)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen, so that nobody reports it as overlooked
