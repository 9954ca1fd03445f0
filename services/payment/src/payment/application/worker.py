"""Works off trades that are due: of all replicas one at a time, many trades at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from payment.application.ports import TradeStore
from payment.domain.trade import Trade
from runtime.clock import Clock
from runtime.errors import is_unavailable
from runtime.mongo.lease import Lease

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Trades in work at once, each one or two calls to the provider."""
LOOK_EVERY_SECONDS = 1.0
"""How late a step may be that this replica was not told of; one read by index each time."""


class Worker:
    """Finds due trades and has each looked at. A look that fails is due again when it was."""

    def __init__(
        self, store: TradeStore, look: Callable[[Trade], Awaitable[None]], lease: Lease, clock: Clock
    ) -> None:
        self._store = store
        self._look = look
        self._lease = lease
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._more = asyncio.Event()

    def written(self, trade: Trade) -> None:
        """This replica has stored the trade: if it is due, it is looked at soon."""
        if trade.due_at is not None and trade.due_at <= self._clock():
            self._more.set()

    async def run(self) -> None:
        """Work for ever while this replica holds the lease."""
        length = self._lease.length.total_seconds()
        try:
            while True:
                if not await self._lease.acquire():
                    await asyncio.sleep(length / 3)
                    continue
                until = asyncio.get_running_loop().time() + length / 3
                while asyncio.get_running_loop().time() < until:
                    self._more.clear()
                    await self._begin()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_EVERY_SECONDS):
                            await self._more.wait()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)
            await self._lease.release()

    async def _begin(self) -> None:
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return
        for trade in await self._store.due(self._clock(), free, but=list(self._under_way)):
            self._under_way[trade.order_id] = asyncio.create_task(self._one(trade))

    async def _one(self, trade: Trade) -> None:
        try:
            await self._look(trade)
        except Exception as fault:
            away = is_unavailable(fault)
            log.log(
                logging.WARNING if away else logging.ERROR,
                "a due trade could not be looked at and is tried again",
                exc_info=not away, extra={"order_id": trade.order_id},
            )  # fmt: skip
            await asyncio.sleep(1)
        finally:
            if len(self._under_way) == AT_ONCE:
                self._more.set()
            self._under_way.pop(trade.order_id, None)
