"""Closes trades whose time to pay is over, at that moment, on real time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from pymongo.errors import PyMongoError

from alipay_sandbox.application.timer import Timer

_log = logging.getLogger(__name__)
_STORE_AWAY = timedelta(seconds=1)


class Expiry:
    """Waits for deadlines."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self._timer: Timer[str] = Timer(self._seconds_until, self._due.put_nowait)

    def add(self, key: str, deadline: datetime) -> None:
        """A trade to look at when its deadline comes."""
        self._timer.add(deadline, key)

    async def run(self, expire: Callable[[str], Awaitable[None]]) -> None:
        """Calls `expire` for each trade that is due, until cancelled; again later while the database is away."""
        watching = asyncio.create_task(self._timer.run())
        try:
            while True:
                key = await self._due.get()
                try:
                    await expire(key)
                except PyMongoError as error:
                    _log.warning("a trade is not closed yet: %s", type(error).__name__)
                    self._timer.add(self._clock() + _STORE_AWAY, key)
        finally:
            watching.cancel()

    def _seconds_until(self, deadline: datetime) -> float:
        return (deadline - self._clock()).total_seconds()
