"""What becomes of an order's stock: one table of states and events, and nothing beside it.

(none) ──placed──► reserved ──paid──► committed ──refunded──► returned
  │  └───placed──► rejected     └─cancelled─► released
  └─cancelled─► forestalled ──placed──► rejected
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from catalog.domain.errors import IllegalTransition


class State(StrEnum):
    """Where a reservation stands; `FORESTALLED` is the tombstone of an order that was cancelled before it was seen."""

    NONE = "none"
    RESERVED = "reserved"
    REJECTED = "rejected"
    RELEASED = "released"
    COMMITTED = "committed"
    RETURNED = "returned"
    FORESTALLED = "forestalled"


class Happening(StrEnum):
    """What is told of an order; `REFUNDED` means one whose goods go back on the shelf."""

    PLACED = "placed"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Step(StrEnum):
    """What is to be done about it."""

    RESERVE = "reserve"
    REFUSE = "refuse"
    COMMIT = "commit"
    RELEASE = "release"
    RETURN = "return"
    FORESTALL = "forestall"
    CLEAN_UP = "clean_up"
    NOTHING = "nothing"


_TABLE: dict[tuple[State, Happening], Step] = {
    (State.NONE, Happening.PLACED): Step.RESERVE,
    (State.NONE, Happening.CANCELLED): Step.FORESTALL,
    (State.FORESTALLED, Happening.PLACED): Step.REFUSE,
    (State.FORESTALLED, Happening.CANCELLED): Step.NOTHING,
    (State.RESERVED, Happening.PLACED): Step.NOTHING,
    (State.RESERVED, Happening.PAID): Step.COMMIT,
    (State.RESERVED, Happening.CANCELLED): Step.RELEASE,
    (State.REJECTED, Happening.PLACED): Step.CLEAN_UP,
    (State.REJECTED, Happening.CANCELLED): Step.NOTHING,
    (State.REJECTED, Happening.REFUNDED): Step.NOTHING,
    (State.RELEASED, Happening.PLACED): Step.CLEAN_UP,
    (State.RELEASED, Happening.CANCELLED): Step.NOTHING,
    (State.RELEASED, Happening.REFUNDED): Step.NOTHING,
    (State.COMMITTED, Happening.PLACED): Step.NOTHING,
    (State.COMMITTED, Happening.PAID): Step.NOTHING,
    (State.COMMITTED, Happening.REFUNDED): Step.RETURN,
    (State.RETURNED, Happening.PLACED): Step.NOTHING,
    (State.RETURNED, Happening.PAID): Step.NOTHING,
    (State.RETURNED, Happening.REFUNDED): Step.NOTHING,
}

VERSION_AFTER: dict[State, int] = {
    State.FORESTALLED: 0,
    State.RESERVED: 1,
    State.REJECTED: 1,
    State.RELEASED: 2,
    State.COMMITTED: 2,
    State.RETURNED: 3,
}
"""A reservation's version follows from its state, so that nothing has to be read to number an event."""


def step_for(state: State, happening: Happening) -> Step:
    """What to do; a repeat is NOTHING or CLEAN_UP. Raises IllegalTransition for what can never be legal."""
    try:
        return _TABLE[state, happening]
    except KeyError:
        raise IllegalTransition(f"an order whose stock is {state} cannot be {happening}") from None


Lines = tuple[tuple[str, int], ...]
"""(sku_id, quantity), each SKU once, in SKU order."""


def merged(lines: Iterable[tuple[str, int]]) -> Lines:
    """Each SKU once, in SKU order: the order in which everybody takes holds."""
    total: dict[str, int] = {}
    for sku_id, quantity in lines:
        total[sku_id] = total.get(sku_id, 0) + quantity
    return tuple(sorted(total.items()))


@dataclass(frozen=True, slots=True)
class OnSale:
    """What the catalog knows of a product when stock is asked for."""

    mini_program_id: str
    mini_program_published: bool
    listed: bool
    skus: frozenset[str]


def why_not_on_sale(
    mini_program_id: str, wanted: Iterable[tuple[str, str]], products: dict[str, OnSale]
) -> str | None:
    """Why an order of `wanted` (product_id, sku_id) may hold nothing: `suspended`, `delisted`, or None when it may.

    A product of another mini program, and a SKU that is not (or no longer) its product's, count as delisted.
    """
    for product_id, sku_id in wanted:
        product = products.get(product_id)
        if product is None or product.mini_program_id != mini_program_id:
            return "delisted"
        if not product.mini_program_published:
            return "suspended"
        if not product.listed or sku_id not in product.skus:
            return "delisted"
    return None
