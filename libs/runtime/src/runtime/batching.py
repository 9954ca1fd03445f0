"""Calls that arrive close together are handled as one batch: one write, one group of records, one wake-up downstream.

Why, and what it gains: ADR 10.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

MAX_BATCH = 50
"""Bounds the size of a bulk write, and how many calls wait for each other."""
INTERVAL_SECONDS = 0.1
"""From the start of one batch to the start of the next, unless that one is full earlier."""


@dataclass(slots=True)
class _Call(Generic[In, Out]):
    item: In
    outcome: asyncio.Future[Out]


class Batcher(Generic[In, Out]):
    """Runs `work` on batches, one batch at a time. Each takes the items that arrived since the batch before.

    `work` returns one outcome for each item, in order. An outcome that is an exception is raised to that item's caller;
    an exception that `work` itself raises goes to every caller of the batch. A batch starts `interval` seconds after
    the one before, or as soon as it holds `max_batch` items: a lone call runs at once, and of many each waits at most
    that long.
    """

    def __init__(
        self,
        work: Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]],
        *,
        max_batch: int = MAX_BATCH,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._work = work
        self._max_batch = max_batch
        self._interval = interval
        self._started_at = 0.0
        self._waiting: list[_Call[In, Out]] = []
        self._full = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def __call__(self, item: In) -> Out:
        """The outcome for this item. A caller that is cancelled while waiting does not know whether the work was done."""
        call = _Call[In, Out](item, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if len(self._waiting) >= self._max_batch:
            self._full.set()
        if self._loop is None or self._loop.done():
            # an empty context: a batch belongs to no single caller's trace
            self._loop = asyncio.create_task(self._run(), context=contextvars.Context())
        return await call.outcome

    async def _run(self) -> None:
        try:
            await self._run_batches()
        except BaseException:  # the event loop is ending: nobody would start another batch
            waiting, self._waiting = self._waiting, []
            for call in waiting:
                call.outcome.cancel()
            raise

    async def _run_batches(self) -> None:
        now = asyncio.get_running_loop().time
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._started_at + self._interval):
                    await self._full.wait()
            self._started_at = now()
            batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
            if len(self._waiting) < self._max_batch:
                self._full.clear()
            try:
                outcomes = await self._work([call.item for call in batch])
            except BaseException as error:
                raised = error if isinstance(error, Exception) else asyncio.CancelledError()
                for call in batch:
                    _settle(call.outcome, raised)
                if not isinstance(error, Exception):
                    raise
            else:
                for call, outcome in zip(batch, outcomes, strict=True):
                    _settle(call.outcome, outcome)


def _settle(future: asyncio.Future[Out], outcome: Out | BaseException) -> None:
    if future.done():
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
