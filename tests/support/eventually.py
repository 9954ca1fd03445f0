"""Waiting by condition: with a deadline, and telling what was last seen when it passes."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any, Protocol

POLL_EVERY = 0.05
"""Seconds between two polls: short compared with any step of the system, long compared with the cost of a poll."""


class Eventually(Protocol):
    """The type of the `eventually` fixture."""

    async def __call__(self, condition: Callable[[], Any], within: float = 10, what: str = "") -> Any: ...


async def eventually(condition: Callable[[], Any], within: float = 10, what: str = "") -> Any:
    """Ask `condition` (plain or async) until its answer is true, and return that answer.

    An AssertionError inside it means "not yet"; any other error passes through. After `within` seconds the test fails
    with `what` was waited for and what was last seen.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            seen = condition()
            if inspect.isawaitable(seen):
                seen = await seen
            if seen:
                return seen
        except AssertionError as not_yet:
            seen = not_yet
        if time.monotonic() > deadline:
            name = what or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"waited {within} s for: {name}\nlast seen: {seen!r}")
        await asyncio.sleep(POLL_EVERY)
