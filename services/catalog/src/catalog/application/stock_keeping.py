"""An owner reads and adjusts the stock of their SKUs."""

from __future__ import annotations

from catalog.application.caller import Caller
from catalog.application.contracts_out import stock_adjusted
from catalog.application.ports import MiniProgramStore, StockStore
from catalog.domain.errors import must_exist
from catalog.domain.stock import Adjustment, Stock
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.outbox.changes import Change

NAME = "this SKU"


class StockKeeping:
    """The use cases of stock as its owner sees it."""

    def __init__(self, stock: StockStore, programs: MiniProgramStore, clock: Clock, new_id: NewId) -> None:
        self._stock = stock
        self._programs = programs
        self._clock = clock
        self._new_id = new_id

    async def get(self, caller: Caller, sku_id: str) -> Stock:
        """The stock of one of the caller's SKUs; raises NotFound."""
        stock = must_exist(await self._stock.get(sku_id), NAME)
        caller.owned(await self._programs.get(stock.mini_program_id))
        return stock

    async def adjust(
        self, caller: Caller, sku_id: str, *, available: int | None, change: int | None
    ) -> Stock:
        """Set the number `available`, or make a `change` to it; nothing is written if that changes nothing.

        Raises NotFound, and Refused if fewer than none would be left.
        """
        await self.get(caller, sku_id)

        def decide(stock: Stock) -> Change[Adjustment] | None:
            after = stock.adjusted_to(available=available, change=change)
            if after == stock:
                return None
            adjustment = Adjustment(self._new_id(), after.available - stock.available, after)
            return Change(adjustment, stock_adjusted(adjustment), {"at": self._clock()})

        return await self._stock.adjust(sku_id, decide)
