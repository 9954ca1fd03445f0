"""What each seller has at Alipay: payments minus refunds and withdrawals.

Computed from the trades at the start, then kept in memory, so that a payment costs no further write.
"""

import asyncio
from collections import defaultdict

from alipay_sandbox.application.ports import ControlStore, TradeStore
from alipay_sandbox.domain.errors import business


class Balances:
    """The sellers' balances, in fen."""

    def __init__(self, trades: TradeStore, control: ControlStore) -> None:
        self._trades = trades
        self._control = control
        self._balances: dict[str, int] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def load(self) -> None:
        """Compute the balances from the database."""
        self._balances = await self._trades.takings()
        for seller_id, fen in (await self._control.withdrawn()).items():
            self.add(seller_id, -fen)

    def lock(self, seller_id: str) -> asyncio.Lock:
        """To be held while money leaves an account, so that it leaves once."""
        return self._locks[seller_id]

    def of(self, seller_id: str) -> int:
        """The seller's balance."""
        return self._balances.get(seller_id, 0)

    def add(self, seller_id: str, fen: int) -> None:
        """Add money, or take it away when negative."""
        self._balances[seller_id] = self.of(seller_id) + fen

    async def withdraw(self, seller_id: str, fen: int) -> int:
        """Take money out; returns the rest. Raises ACQ.SELLER_BALANCE_NOT_ENOUGH for more than the balance."""
        async with self.lock(seller_id):
            if fen > self.of(seller_id):
                raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH")
            await self._control.withdraw(seller_id, fen)
            self.add(seller_id, -fen)
            return self.of(seller_id)
