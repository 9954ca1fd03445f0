"""Closes trades at their deadline, on real time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from alipay_sandbox.application.timer import Timer
from runtime.errors import Unavailable, redacted

_log = logging.getLogger(__name__)
_RETRY_AFTER = timedelta(seconds=1)


class Expiry:
    """The deadlines of trades that wait for their buyers."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self._timer: Timer[str] = Timer(self._seconds_until, self._due.put_nowait)

    def add(self, key: str, deadline: datetime) -> None:
        """Check the trade at its deadline."""
        self._timer.add(deadline, key)

    async def run(self, expire: Callable[[str], Awaitable[None]]) -> None:
        """Call `expire` for each due trade, until cancelled; retried while the database is unavailable."""
        waiting = asyncio.create_task(self._timer.run())
        try:
            while True:
                key = await self._due.get()
                try:
                    await expire(key)
                except Unavailable as error:
                    _log.warning("a trade is not closed yet: %s", redacted(error))
                    self._timer.add(self._clock() + _RETRY_AFTER, key)
        finally:
            waiting.cancel()

    def _seconds_until(self, deadline: datetime) -> float:
        return (deadline - self._clock()).total_seconds()
