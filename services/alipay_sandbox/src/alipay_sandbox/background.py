"""The work that goes on beside the answering of requests."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any

_log = logging.getLogger(__name__)


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
        """Ends it, the last started first."""
        for task in reversed(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.alive = False
            _log.error("background work has ended: %s", task.get_name(), exc_info=task.exception())
