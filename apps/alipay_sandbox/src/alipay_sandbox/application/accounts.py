"""What each seller has at Alipay: everything paid, less what was refunded and withdrawn.

Worked out from the trades at the start and then kept in memory, so that paying costs no write for it.
"""

import asyncio
from collections import defaultdict

from alipay_sandbox.adapters.control_store import ControlStore
from alipay_sandbox.adapters.trade_store import TradeStore
from alipay_sandbox.domain.failures import business


class Accounts:
    """The sellers' balances, in fen."""

    def __init__(self, trades: TradeStore, control: ControlStore) -> None:
        self._trades = trades
        self._control = control
        self._balances: dict[str, int] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def load(self) -> None:
        """Adds up what lies in the database."""
        self._balances = await self._trades.takings()
        for seller_id, fen in (await self._control.withdrawn()).items():
            self.add(seller_id, -fen)

    def lock(self, seller_id: str) -> asyncio.Lock:
        """Held while money leaves an account, so that it leaves once."""
        return self._locks[seller_id]

    def balance(self, seller_id: str) -> int:
        """What the seller has now."""
        return self._balances.get(seller_id, 0)

    def add(self, seller_id: str, fen: int) -> None:
        """Money came in, or went out when negative."""
        self._balances[seller_id] = self.balance(seller_id) + fen

    async def withdraw(self, seller_id: str, fen: int) -> int:
        """The seller takes money out; returns what is left. ACQ.SELLER_BALANCE_NOT_ENOUGH for more than there is."""
        async with self.lock(seller_id):
            if fen > self.balance(seller_id):
                raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH")
            await self._control.withdraw(seller_id, fen)
            self.add(seller_id, -fen)
            return self.balance(seller_id)
