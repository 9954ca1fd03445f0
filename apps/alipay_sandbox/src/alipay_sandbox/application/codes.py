"""QR codes for orders (alipay.trade.precreate): a code is good for two hours, and no trade until it is scanned."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from alipay_sandbox.adapters.control_store import ControlStore
from alipay_sandbox.domain.failures import business
from alipay_sandbox.domain.order import Order

LIFETIME = timedelta(hours=2)


class Codes:
    """Gives out codes and reads them."""

    def __init__(self, store: ControlStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def give(self, order: Order, origin: str) -> str:
        """The text of a new QR code for an order."""
        code = f"bax{secrets.token_hex(12)}"
        await self._store.add_code(code, order, self._clock() + LIFETIME)
        return f"{origin}/qr/{code}"

    async def order(self, code: str) -> Order:
        """The order behind a code, or ACQ.TRADE_NOT_EXIST once its time is over."""
        order = await self._store.order_of_code(code, self._clock())
        if order is None:
            raise business("ACQ.TRADE_NOT_EXIST", "the QR code is unknown or has expired")
        return order
