"""A SKU's stock: initial + adjusted = available + reserved + sold, none negative."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.domain.errors import Refused


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
class Adjustment:
    """An owner's change of a SKU's stock; `after` is the stock that it led to."""

    adjustment_id: str
    change: int
    after: Stock


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
