"""A SKU's stock: initial + adjusted = available + reserved + sold, none negative, reserved = sum of the holds."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Stock:
    """Where a SKU's pieces are."""

    sku_id: str
    product_id: str
    mini_program_id: str
    available: int
    reserved: int
    sold: int
    initial: int
    adjusted: int
    version: int


def adjustment(current: int, *, available: int | None, change: int | None) -> int:
    """By how much `current` is to change, when told the number `available` from now on or the `change` itself.

    Raises Refused when fewer than none would be left.
    """
    by = available - current if available is not None else change or 0
    if current + by < 0:
        raise Refused("not_enough_stock", f"only {current} are available: {-by} cannot be taken away")
    return by
