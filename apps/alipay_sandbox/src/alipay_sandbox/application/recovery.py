"""Schedules what the database holds: at the start, and after a write whose outcome is unknown."""

import asyncio
import logging

from alipay_sandbox.application.armed_faults import ArmedFaults
from alipay_sandbox.application.balances import Balances
from alipay_sandbox.application.expiry import Expiry
from alipay_sandbox.application.notice_delivery import NoticeDelivery
from alipay_sandbox.application.ports import ControlStore, TradeStore
from runtime.errors import Unavailable, redacted

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5


class Recovery:
    """Schedules every stored notice and deadline. Idempotent: what is scheduled already stays as it is."""

    def __init__(
        self,
        *,
        trades: TradeStore,
        control: ControlStore,
        balances: Balances,
        delivery: NoticeDelivery,
        expiry: Expiry,
        faults: ArmedFaults,
    ) -> None:
        self._trades = trades
        self._control = control
        self._balances = balances
        self._delivery = delivery
        self._expiry = expiry
        self._faults = faults
        self._needed = asyncio.Event()

    async def start(self) -> None:
        """Load everything from the database; waits while it is unavailable."""
        while True:
            try:
                await self._trades.prepare()
                await self._control.prepare()
                await self._faults.load()
                if notice_clock := await self._control.clock():
                    self._delivery.set_notice_clock(notice_clock)
                await self._schedule()
            except Unavailable as error:
                _log.warning("waiting for the database: %s", redacted(error))
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    def request(self) -> None:
        """A failed write may have taken effect: load again once the database answers."""
        self._needed.set()

    async def run(self) -> None:
        """Serve requests until cancelled."""
        while True:
            await self._needed.wait()
            self._needed.clear()
            try:
                await self._schedule()
            except Unavailable as error:
                _log.warning("the outcome of a write is still unknown: %s", redacted(error))
                self._needed.set()
                await asyncio.sleep(_RETRY_SECONDS)

    async def _schedule(self) -> None:
        await self._balances.load()
        for key, notice in await self._trades.undelivered():
            self._delivery.schedule(key, notice)
        for waiting in await self._trades.waiting():
            self._expiry.add(waiting.key, waiting.trade.expires_at)
