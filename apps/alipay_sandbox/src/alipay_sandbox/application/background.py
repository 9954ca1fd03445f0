"""Tasks that run next to the requests."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from runtime.tasks import end

_log = logging.getLogger(__name__)


class Background:
    """Runs tasks until stopped. A task that ends by itself has failed: `alive` becomes false, for `/livez`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self.alive = True

    def start(self, work: Mapping[str, Coroutine[Any, Any, None]]) -> None:
        """Start all tasks."""
        for name, run in work.items():
            task = asyncio.create_task(run, name=name)
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    async def stop(self) -> None:
        """End the tasks, the last one first."""
        for task in reversed(self._tasks):
            await end(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self.alive = False
            _log.error("a background task has ended: %s", task.get_name(), exc_info=task.exception())
