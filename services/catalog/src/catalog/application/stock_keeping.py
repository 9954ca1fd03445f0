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
from catalog.domain.stock import Adjustment, AdjustStock, Outcome, Stock
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
        caller.owned(await self._programs.get(stock.mini_program_id), NAME)
        return stock

    async def adjust(self, caller: Caller, quantity: Quantity, repeatable: Repeatable | None) -> Stock:
        """The stock after the adjustment, of which nothing is written if it changes nothing.

        Raises NotFound, Refused if fewer than none would be left, and KeyReused.
        """
        stock = await self.get(caller, quantity.sku_id)
        commands = self._commands(caller, quantity.sku_id, [quantity], repeatable)
        [outcome] = await self._adjusted(stock.mini_program_id, commands)
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
        commands = self._commands(caller, mini_program_id, quantities, repeatable)
        return [
            outcome
            for start in range(0, len(commands), AT_ONCE)
            for outcome in await self._adjusted(mini_program_id, commands[start : start + AT_ONCE])
        ]

    async def set_levels(self, mini_program_id: str, source: str, levels: Mapping[str, int]) -> set[str]:
        """Bring each SKU to the pieces that `source` says are available; the SKUs that it changed, now or before.

        A source sets a SKU once: a repeat makes no other change, also after sales. What is so already costs no write.
        """
        if not levels:
            return set()
        ids = {sku_id: _hashed(f"stock of {source} {sku_id}") for sku_id in levels}
        made, present = await self._stock.made(ids.values()), await self._stock.available(levels.keys())
        commands = [
            AdjustStock(ids[sku_id], sku_id, count, None)
            for sku_id, count in levels.items()
            if ids[sku_id] not in made and present.get(sku_id) != count
        ]
        for start in range(0, len(commands), AT_ONCE):
            for outcome in await self._adjusted(mini_program_id, commands[start : start + AT_ONCE]):
                if isinstance(outcome, Adjustment):
                    made.add(outcome.adjustment_id)
        return {sku_id for sku_id, adjustment_id in ids.items() if adjustment_id in made}

    def _commands(
        self, caller: Caller, about: str, quantities: Sequence[Quantity], repeatable: Repeatable | None
    ) -> list[AdjustStock]:
        def id_of(place: int) -> str:
            if repeatable is None:
                return self._new_id()
            return _hashed(f"stock {caller.owner_id} {about} {place} {repeatable.key}")

        request = repeatable.fingerprint if repeatable is not None else ""
        return [
            AdjustStock(id_of(place), q.sku_id, q.available, q.change, request)
            for place, q in enumerate(quantities)
        ]

    async def _adjusted(self, mini_program_id: str, commands: Sequence[AdjustStock]) -> list[Outcome]:
        outcomes: list[Outcome] = []

        def decide(
            stocks: Mapping[str, Stock], earlier: Mapping[str, Adjustment]
        ) -> list[Change[Adjustment]]:
            outcomes[:] = rules.adjust(commands, stocks, earlier)
            made = [o for o in outcomes if isinstance(o, Adjustment) and o.adjustment_id not in earlier]
            return [
                self._change(adjustment) for adjustment in made if adjustment.change or adjustment.request
            ]

        await self._stock.adjust(mini_program_id, commands, decide)
        return outcomes

    def _change(self, adjustment: Adjustment) -> Change[Adjustment]:
        events = stock_adjusted(adjustment) if adjustment.change else []
        return Change(adjustment, events, {"at": self._clock()})


def _hashed(parts: str) -> str:
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
