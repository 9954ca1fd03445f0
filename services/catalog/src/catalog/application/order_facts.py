"""What happened to orders, as far as stock follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.domain.reservation import FactKind, Lines
from contracts.checkout import OrderPlaced


@dataclass(frozen=True, slots=True)
class OrderFact:
    """One fact about one order.

    `lines` are merged (none for a cancellation). A `placed` order has `products`, its (product_id, sku_id), and `order`, the
    event itself. `traceparent` is the trace that the fact came with. `unsent` is what a refunded order never sent, if it sent
    some.
    """

    kind: FactKind
    order_id: str
    mini_program_id: str
    lines: Lines = ()
    products: tuple[tuple[str, str], ...] = ()
    order: OrderPlaced | None = None
    traceparent: str | None = None
    unsent: Lines | None = None


def waves(facts: Sequence[OrderFact]) -> list[list[OrderFact]]:
    """The first fact of each order, then the second of each, and so on: within a wave, no order comes twice."""
    result: list[list[OrderFact]] = []
    seen: dict[str, int] = {}
    for fact in facts:
        wave = seen[fact.order_id] = seen.get(fact.order_id, -1) + 1
        if wave == len(result):
            result.append([])
        result[wave].append(fact)
    return result
