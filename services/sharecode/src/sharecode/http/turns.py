"""Turns for calls with large bodies: few are in memory at once, the others wait unread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sharecode.domain.errors import TooManyPictures

AT_ONCE = 2
"""One picture is read by the worker while the next one arrives. More would only fill the memory."""
WAITING = 64


class Turns:
    """First come, first served. Calls that wait hold no more than what the connection buffers."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold a place inside, after waiting for it. Raises TooManyPictures when too many wait."""
        if self._room <= 0:
            raise TooManyPictures
        self._room -= 1
        try:
            async with self._places:
                yield
        finally:
            self._room += 1
