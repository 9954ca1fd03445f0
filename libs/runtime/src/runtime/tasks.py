"""Ending tasks reliably."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_AFTER_SECONDS = 0.2


async def end(*tasks: asyncio.Task[Any], again_after: float = AGAIN_AFTER_SECONDS) -> None:
    """Cancel the tasks until all have ended; their exceptions are swallowed. A task has `again_after` seconds to clean up.

    One cancellation is not enough before Python 3.12: `asyncio.wait_for`, which PyMongo sends through, swallows a
    cancellation that coincides with the end of its wait, and the task goes on (seen with a change stream that was about to
    poll).
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again_after)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not report it as never retrieved
