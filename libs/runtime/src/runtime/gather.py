"""What is asked for at the same time is done together: one write, one batch of records, one wake-up of whoever is behind.

Why, and what it brings: ADR 10.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

AT_ONCE = 50
"""Items in one round: bounds the size of a bulk write, and how many wait for company."""
APART_SECONDS = 0.1
"""From the beginning of one round to the next, unless that is full before."""


@dataclass(slots=True)
class _Asked(Generic[In, Out]):
    item: In
    done: asyncio.Future[Out]


class Gathered(Generic[In, Out]):
    """Rounds of `work`, one at a time: each takes what has been asked for since the round before.

    `work` answers with an outcome for each item, in their order; an outcome that is an exception is raised to whom it
    concerns, and one that `work` itself raises to all of the round. A round begins `apart` seconds after the one before, or
    as soon as it is full (`at_once` items): a call that comes alone goes at once and, of many, each waits for that long at
    most.
    """

    def __init__(
        self,
        work: Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]],
        *,
        at_once: int = AT_ONCE,
        apart: float = APART_SECONDS,
    ) -> None:
        self._work = work
        self._at_once = at_once
        self._apart = apart
        self._began = 0.0
        self._waiting: list[_Asked[In, Out]] = []
        self._full = asyncio.Event()
        self._rounds: asyncio.Task[None] | None = None

    async def __call__(self, item: In) -> Out:
        """The outcome of this item. Who is cancelled while it waits does not know whether it was done."""
        asked = _Asked[In, Out](item, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if len(self._waiting) >= self._at_once:
            self._full.set()
        if self._rounds is None or self._rounds.done():
            # an empty context: a round belongs to no caller's trace
            self._rounds = asyncio.create_task(self._run(), context=contextvars.Context())
        return await asked.done

    async def _run(self) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._began + self._apart - time.monotonic()):
                    await self._full.wait()
            self._began = time.monotonic()
            batch, self._waiting = self._waiting[: self._at_once], self._waiting[self._at_once :]
            if len(self._waiting) < self._at_once:
                self._full.clear()
            try:
                outcomes = await self._work([asked.item for asked in batch])
            except BaseException as fault:
                told = fault if isinstance(fault, Exception) else asyncio.CancelledError()
                for asked in batch:
                    _settle(asked.done, told)
                if not isinstance(fault, Exception):
                    raise
            else:
                for asked, outcome in zip(batch, outcomes, strict=True):
                    _settle(asked.done, outcome)


def _settle(done: asyncio.Future[Out], outcome: Out | BaseException) -> None:
    if done.done():
        return
    if isinstance(outcome, BaseException):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)
