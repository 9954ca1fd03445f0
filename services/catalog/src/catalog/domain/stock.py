"""A SKU's stock: initial + adjusted = available + reserved + sold, none negative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.domain.errors import KeyReused, NotFound, Refused


@dataclass(frozen=True, slots=True)
class Stock:
    """How many pieces of a SKU there are, and in which state; `version` counts the changes."""

    sku_id: str
    product_id: str
    mini_program_id: str
    available: int
    reserved: int
    sold: int
    initial: int
    adjusted: int
    version: int

    def adjusted_to(self, *, available: int | None, change: int | None) -> Stock:
        """The stock after its owner set the number `available`, or made a `change`; the same if that changes nothing.

        Raises Refused if fewer than none would be left.
        """
        by = available - self.available if available is not None else change or 0
        if by == 0:
            return self
        if self.available + by < 0:
            raise Refused(
                "not_enough_stock", f"Not enough stock: {self.available} available, {-by} to be taken away."
            )
        return replace(
            self, available=self.available + by, adjusted=self.adjusted + by, version=self.version + 1
        )


@dataclass(frozen=True, slots=True)
class AdjustStock:
    """A command of an owner about a SKU: set the number `available`, or make a `change`.

    `request` is the fingerprint of a request that has an idempotency key. `adjustment_id` follows from that key.
    """

    adjustment_id: str
    sku_id: str
    available: int | None
    change: int | None
    request: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An owner's change of a SKU's stock; `after` is the stock that it led to.

    `request` is the fingerprint of a request with an idempotency key: then a change of nothing is kept too, so that a repeat
    changes nothing later.
    """

    adjustment_id: str
    change: int
    after: Stock
    request: str = ""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many pieces are available, as the read model knows it.

    `product_id` and `mini_program_id` are empty in a change that does not repeat them.
    """

    sku_id: str
    available: int
    version: int
    product_id: str = ""
    mini_program_id: str = ""


Outcome = Adjustment | NotFound | Refused
"""What became of a command: the adjustment, or why there is none."""


def adjust(
    commands: Sequence[AdjustStock], stocks: Mapping[str, Stock], earlier: Mapping[str, Adjustment]
) -> list[Outcome]:
    """The outcome of each command, one after the other; `earlier` are the adjustments that exist already, by id.

    A repeated request gets what it got before. Raises KeyReused if another request had its idempotency key.
    """
    now, outcomes = dict(stocks), list[Outcome]()
    for command in commands:
        outcome = _adjusted(command, now.get(command.sku_id), earlier.get(command.adjustment_id))
        if isinstance(outcome, Adjustment) and command.adjustment_id not in earlier:
            now[command.sku_id] = outcome.after
        outcomes.append(outcome)
    return outcomes


def _adjusted(command: AdjustStock, stock: Stock | None, earlier: Adjustment | None) -> Outcome:
    if earlier is not None:
        if earlier.request != command.request:
            raise KeyReused
        return earlier
    if stock is None:
        return NotFound("this SKU")
    try:
        after = stock.adjusted_to(available=command.available, change=command.change)
    except Refused as refused:
        return refused
    return Adjustment(command.adjustment_id, after.available - stock.available, after, command.request)
