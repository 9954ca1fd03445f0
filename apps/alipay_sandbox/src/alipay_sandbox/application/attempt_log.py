"""Writes down what became of deliveries, gathered into bulk writes."""

import asyncio
import logging

from pymongo.errors import PyMongoError

from alipay_sandbox.adapters.trade_store import Attempt, TradeStore

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5
_GATHER_SECONDS = 0.3
"""Nobody waits for what is written here; after a crash, what was not written yet is delivered again."""


class AttemptLog:
    """Attempts gather for a moment, and while a bulk write is under way: one round trip for many notices."""

    def __init__(self, store: TradeStore) -> None:
        self._store = store
        self._waiting: list[tuple[Attempt, asyncio.Future[None]]] = []
        self._wanted = asyncio.Event()

    async def record(self, attempt: Attempt) -> None:
        """Returns once the attempt is durable, however long the database is away."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((attempt, written))
        self._wanted.set()
        await written

    async def run(self) -> None:
        """Writes until cancelled."""
        while True:
            await self._wanted.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._wanted.clear()
            batch, self._waiting = self._waiting, []
            await self._write([attempt for attempt, _ in batch])
            for _, written in batch:
                if not written.done():
                    written.set_result(None)

    async def _write(self, attempts: list[Attempt]) -> None:
        while True:
            try:
                await self._store.record(attempts)
            except PyMongoError as error:
                _log.warning("deliveries not recorded yet: %s", type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return
