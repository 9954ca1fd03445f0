"""Tasks that are retried, restarted, and ended reliably."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from runtime import metrics
from runtime.errors import redacted

log = logging.getLogger(__name__)

Task = Callable[[], Awaitable[None]]
MIN_BACKOFF_SECONDS = 0.2
MAX_BACKOFF_SECONDS = 5.0

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


async def to_the_end(work: Awaitable[None]) -> None:
    """Wait for `work` to end, also when this task is cancelled in the meantime; the cancellation is raised afterwards.

    For cleaning up, which `end` would interrupt; `work` sets its own time limit.
    """
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
        except Exception:
            break
    if cancelled and not task.cancelled():
        if task.exception() is not None:
            log.warning("cleaning up failed: %s", redacted(task.exception() or Exception()))
        raise asyncio.CancelledError
    task.result()


async def retry_until_done(preparation: Task) -> None:
    """Run `preparation` until it succeeds: a service may start before its dependencies."""
    backoff = MIN_BACKOFF_SECONDS
    while True:
        try:
            return await preparation()
        except Exception as error:
            log.warning("not ready yet", extra={"waiting_for": redacted(error)[:300]})
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)


async def supervise(name: str, task: Task) -> None:
    """Run `task`, and restart it after an error, which `anchorage.background.failures` counts.

    Ends when the task ends or is cancelled.
    """
    backoff = MIN_BACKOFF_SECONDS
    while True:
        started = time.monotonic()
        try:
            await task()
            return
        except Exception:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise  # it failed while being stopped: do not restart it
            metrics.background_failures.add(1, name)
            log.exception("a background task failed and is restarted", extra={"task": name})
            if time.monotonic() - started > MAX_BACKOFF_SECONDS:
                backoff = MIN_BACKOFF_SECONDS
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)


async def all_at_once(calls: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Await all, and raise the first error once all have ended; a single call gets no task of its own, which would cost."""
    if len(calls) == 1:
        await calls[0]
        return
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
