"""QR codes for orders (alipay.trade.precreate). A code is valid for two hours; its trade begins when it is scanned."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from alipay_sandbox.application.ports import ControlStore
from alipay_sandbox.domain.errors import business
from alipay_sandbox.domain.order import Order

LIFETIME = timedelta(hours=2)


class QrCodes:
    """Creates and reads codes."""

    def __init__(self, store: ControlStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def create(self, order: Order, origin: str) -> str:
        """The text of a new QR code for an order."""
        code = f"bax{secrets.token_hex(12)}"
        await self._store.add_code(code, order, self._clock() + LIFETIME)
        return f"{origin}/qr/{code}"

    async def order(self, code: str) -> Order:
        """The order behind a code; raises ACQ.TRADE_NOT_EXIST for an unknown or expired one."""
        order = await self._store.order_of_code(code, self._clock())
        if order is None:
            raise business("ACQ.TRADE_NOT_EXIST", "the QR code is unknown or has expired")
        return order
