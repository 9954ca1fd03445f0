"""Takes up what lies in the database: at the start, and after a write of which nobody knows whether it took effect."""

import asyncio
import logging

from pymongo.errors import PyMongoError

from alipay_sandbox.adapters.control_store import ControlStore
from alipay_sandbox.adapters.trade_store import TradeStore
from alipay_sandbox.application.accounts import Accounts
from alipay_sandbox.application.courier import Courier
from alipay_sandbox.application.expiry import Expiry
from alipay_sandbox.application.fault_desk import FaultDesk

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5


class Recovery:
    """Plans every notice and deadline that is stored. What is planned already is not planned again."""

    def __init__(
        self,
        *,
        trades: TradeStore,
        control: ControlStore,
        accounts: Accounts,
        courier: Courier,
        expiry: Expiry,
        faults: FaultDesk,
    ) -> None:
        self._trades = trades
        self._control = control
        self._accounts = accounts
        self._courier = courier
        self._expiry = expiry
        self._faults = faults
        self._doubt = asyncio.Event()

    async def begin(self) -> None:
        """Everything from the database; waits for it as long as it is away."""
        while True:
            try:
                await self._trades.prepare()
                await self._control.prepare()
                await self._faults.load()
                if notice_clock := await self._control.clock():
                    self._courier.set_notice_clock(notice_clock)
                await self._take_up()
            except PyMongoError as error:
                _log.warning("waiting for the database: %s", type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    def doubt(self) -> None:
        """A write failed that may have taken effect all the same: look what is there once the database is back."""
        self._doubt.set()

    async def run(self) -> None:
        """Clears up doubts until cancelled."""
        while True:
            await self._doubt.wait()
            self._doubt.clear()
            try:
                await self._take_up()
            except PyMongoError as error:
                _log.warning("doubts remain: %s", type(error).__name__)
                self._doubt.set()
                await asyncio.sleep(_RETRY_SECONDS)

    async def _take_up(self) -> None:
        await self._accounts.load()
        async for key, notice in self._trades.undelivered():
            self._courier.plan(key, notice)
        async for waiting in self._trades.waiting():
            self._expiry.add(waiting.key, waiting.trade.expires_at)
