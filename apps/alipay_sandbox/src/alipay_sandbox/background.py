"""The work that goes on beside the answering of requests."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

_log = logging.getLogger(__name__)
_ASK_AGAIN_SECONDS = 0.5


class Background:
    """Runs until stopped. Work that ends by itself has failed: `alive` says so, for `/livez`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self.alive = True

    def start(self, work: Mapping[str, Coroutine[Any, Any, None]]) -> None:
        """Starts all of it."""
        for name, run in work.items():
            task = asyncio.create_task(run, name=name)
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    async def stop(self) -> None:
        """Ends it, the last started first. Asks again: PyMongo may turn a cancellation in mid-write into an error."""
        for task in reversed(self._tasks):
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=_ASK_AGAIN_SECONDS)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.alive = False
            _log.error("background work has ended: %s", task.get_name(), exc_info=task.exception())
