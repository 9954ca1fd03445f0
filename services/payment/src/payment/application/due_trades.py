"""Takes the next step of trades that are due: one replica at a time, many trades concurrently."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from payment.application.ports import Lease, TradeQueries
from payment.domain.trade import StoredTrade, Trade
from runtime.clock import Clock
from runtime.errors import is_unavailable

log = logging.getLogger(__name__)

MAX_CONCURRENT = 32
"""Trades; each makes one or two calls to the provider."""
POLL_INTERVAL_SECONDS = 1.0
"""How late a step may be that another replica made due; each poll is one indexed read."""
RETRY_SECONDS = 1.0
"""Before a trade whose step failed is due again."""


class DueTrades:
    """Finds due trades and calls `advance` for each. A trade whose step fails stays due."""

    def __init__(
        self, trades: TradeQueries, advance: Callable[[Trade], Awaitable[None]], lease: Lease, clock: Clock
    ) -> None:
        self._trades = trades
        self._advance = advance
        self._lease = lease
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()

    def trade_saved(self, trade: StoredTrade) -> None:
        """This replica stored the trade: if it is due, do not wait for the next poll."""
        if isinstance(trade, Trade) and trade.due_at is not None and trade.due_at <= self._clock():
            self._wake.set()

    async def run(self) -> None:
        """Work for as long as this replica holds the lease; ends only by cancellation."""
        renew_after = self._lease.length.total_seconds() / 3
        try:
            while True:
                if not await self._lease.acquire():
                    await asyncio.sleep(renew_after)
                    continue
                renew_at = asyncio.get_running_loop().time() + renew_after
                while asyncio.get_running_loop().time() < renew_at:
                    self._wake.clear()
                    await self._start_due()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(POLL_INTERVAL_SECONDS):
                            await self._wake.wait()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await self._lease.release()

    async def _start_due(self) -> None:
        free = MAX_CONCURRENT - len(self._running)
        if free <= 0:
            return
        for trade in await self._trades.due(self._clock(), free, but=list(self._running)):
            self._running[trade.order_id] = asyncio.create_task(self._step(trade))

    async def _step(self, trade: Trade) -> None:
        try:
            await self._advance(trade)
        except Exception as error:
            unavailable = is_unavailable(error)
            log.log(
                logging.WARNING if unavailable else logging.ERROR,
                "a step of a due trade failed and is retried",
                exc_info=not unavailable, extra={"order_id": trade.order_id},
            )  # fmt: skip
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            if len(self._running) == MAX_CONCURRENT:
                self._wake.set()
            self._running.pop(trade.order_id, None)
