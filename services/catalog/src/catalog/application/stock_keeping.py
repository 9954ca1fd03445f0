"""An owner reads and adjusts the stock of their SKUs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.application.caller import Caller
from catalog.application.contracts_out import stock_adjusted
from catalog.application.ports import MiniProgramStore, StockStore
from catalog.domain import stock as rules
from catalog.domain.errors import must_exist
from catalog.domain.stock import Adjustment, Outcome, Stock, Wish
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.outbox.changes import Change

NAME = "this SKU"
AT_ONCE = 50
"""SKUs that one transaction adjusts. Orders of these SKUs wait until it ends."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """The number `available` that a SKU is to have, or a `change` to it: one of the two."""

    sku_id: str
    available: int | None
    change: int | None


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A request with an idempotency key, and its fingerprint. What it did is not done again; what failed is tried again."""

    key: str
    fingerprint: str


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

    async def adjust(self, caller: Caller, quantity: Quantity, repeatable: Repeatable | None) -> Stock:
        """The stock after the adjustment, of which nothing is written if it changes nothing.

        Raises NotFound, Refused if fewer than none would be left, and KeyReused.
        """
        stock = await self.get(caller, quantity.sku_id)
        wishes = self._wishes(caller, quantity.sku_id, [quantity], repeatable)
        [outcome] = await self._adjusted(stock.mini_program_id, wishes)
        if isinstance(outcome, Adjustment):
            return outcome.after
        raise outcome

    async def adjust_many(
        self,
        caller: Caller,
        mini_program_id: str,
        quantities: Sequence[Quantity],
        repeatable: Repeatable | None,
    ) -> list[Outcome]:
        """The outcome of each, in order: a SKU that is refused, or not the mini program's, does not stop the others.

        A crash in between leaves the first of them done, and the same request with the same key does the rest. Raises
        NotFound for the mini program, and KeyReused.
        """
        caller.owned(await self._programs.get(mini_program_id))
        wishes = self._wishes(caller, mini_program_id, quantities, repeatable)
        return [
            outcome
            for start in range(0, len(wishes), AT_ONCE)
            for outcome in await self._adjusted(mini_program_id, wishes[start : start + AT_ONCE])
        ]

    def _wishes(
        self, caller: Caller, about: str, quantities: Sequence[Quantity], repeatable: Repeatable | None
    ) -> list[Wish]:
        def id_of(place: int) -> str:
            if repeatable is None:
                return self._new_id()
            parts = f"stock {caller.owner_id} {about} {place} {repeatable.key}"
            return hashlib.sha256(parts.encode()).hexdigest()[:32]

        request = repeatable.fingerprint if repeatable is not None else ""
        return [
            Wish(id_of(place), q.sku_id, q.available, q.change, request) for place, q in enumerate(quantities)
        ]

    async def _adjusted(self, mini_program_id: str, wishes: Sequence[Wish]) -> list[Outcome]:
        outcomes: list[Outcome] = []

        def decide(
            stocks: Mapping[str, Stock], earlier: Mapping[str, Adjustment]
        ) -> list[Change[Adjustment]]:
            outcomes[:] = rules.adjust(wishes, stocks, earlier)
            made = [o for o in outcomes if isinstance(o, Adjustment) and o.adjustment_id not in earlier]
            return [
                self._change(adjustment) for adjustment in made if adjustment.change or adjustment.request
            ]

        await self._stock.adjust(mini_program_id, wishes, decide)
        return outcomes

    def _change(self, adjustment: Adjustment) -> Change[Adjustment]:
        events = stock_adjusted(adjustment) if adjustment.change else []
        return Change(adjustment, events, {"at": self._clock()})
