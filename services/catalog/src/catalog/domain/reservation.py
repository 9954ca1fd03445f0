"""What becomes of an order's stock: one table of states and facts.

(none) ──placed──► reserved ──paid──► committed ──refunded──► returned
  │  └───placed──► rejected     └─cancelled─► released
  └─cancelled─► forestalled ──placed──► rejected
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catalog.domain.errors import IllegalTransition


class State(StrEnum):
    """`FORESTALLED` is the tombstone of an order that was cancelled before catalog saw it placed."""

    NONE = "none"
    RESERVED = "reserved"
    REJECTED = "rejected"
    RELEASED = "released"
    COMMITTED = "committed"
    RETURNED = "returned"
    FORESTALLED = "forestalled"

    @property
    def version(self) -> int:
        """The reservation's version in this state: it can be moved on without being read first."""
        return _VERSION[self]


class FactKind(StrEnum):
    """What happened to an order; `REFUNDED` means a refund whose goods go back into stock."""

    PLACED = "placed"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Step(StrEnum):
    """What a fact requires in a state."""

    RESERVE = "reserve"
    REFUSE = "refuse"
    COMMIT = "commit"
    RELEASE = "release"
    RETURN = "return"
    FORESTALL = "forestall"
    CLEAN_UP = "clean_up"
    NOTHING = "nothing"


_TABLE: dict[tuple[State, FactKind], Step] = {
    (State.NONE, FactKind.PLACED): Step.RESERVE,
    (State.NONE, FactKind.CANCELLED): Step.FORESTALL,
    (State.FORESTALLED, FactKind.PLACED): Step.REFUSE,
    (State.FORESTALLED, FactKind.CANCELLED): Step.NOTHING,
    (State.RESERVED, FactKind.PLACED): Step.NOTHING,
    (State.RESERVED, FactKind.PAID): Step.COMMIT,
    (State.RESERVED, FactKind.CANCELLED): Step.RELEASE,
    (State.REJECTED, FactKind.PLACED): Step.CLEAN_UP,
    (State.REJECTED, FactKind.CANCELLED): Step.NOTHING,
    (State.REJECTED, FactKind.REFUNDED): Step.NOTHING,
    (State.RELEASED, FactKind.PLACED): Step.CLEAN_UP,
    (State.RELEASED, FactKind.CANCELLED): Step.NOTHING,
    (State.RELEASED, FactKind.REFUNDED): Step.NOTHING,
    (State.COMMITTED, FactKind.PLACED): Step.CLEAN_UP,
    (State.COMMITTED, FactKind.PAID): Step.NOTHING,
    (State.COMMITTED, FactKind.REFUNDED): Step.RETURN,
    (State.RETURNED, FactKind.PLACED): Step.CLEAN_UP,
    (State.RETURNED, FactKind.PAID): Step.NOTHING,
    (State.RETURNED, FactKind.REFUNDED): Step.NOTHING,
}

_VERSION: dict[State, int] = {
    State.NONE: 0,
    State.FORESTALLED: 0,
    State.RESERVED: 1,
    State.REJECTED: 1,
    State.RELEASED: 2,
    State.COMMITTED: 2,
    State.RETURNED: 3,
}


def step_for(state: State, kind: FactKind) -> Step:
    """What to do; a repeat is NOTHING or CLEAN_UP. Raises IllegalTransition for a fact that can never be legal."""
    try:
        return _TABLE[state, kind]
    except KeyError:
        raise IllegalTransition(f"an order whose stock is {state} cannot be {kind}") from None


Lines = tuple[tuple[str, int], ...]
"""(sku_id, quantity), each SKU once, in SKU order."""


def merged(lines: Iterable[tuple[str, int]]) -> Lines:
    """Each SKU once, in SKU order."""
    total: dict[str, int] = {}
    for sku_id, quantity in lines:
        total[sku_id] = total.get(sku_id, 0) + quantity
    return tuple(sorted(total.items()))


def looks(wanted: Lines, held: Lines) -> int:
    """How often an order that lacks something looks again before it is out of stock.

    What it lacks may be held in part by another order that will not get the rest either, and gives it back. So who holds
    more gives up earlier: at once if it lacks a SKU before one that it holds, since whoever has that SKU may be waiting for
    this one; after one look if it lacks later SKUs only; after two if it holds nothing.
    """
    if not held:
        return 2
    return 1 if held == wanted[: len(held)] else 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """What became of one order's stock; `reason` says why it was rejected, `returned` what was never sent if parcels were.

    `expires_at` is the order's payment deadline; None where it is not known, as in a later state than `reserved`.
    """

    order_id: str
    mini_program_id: str
    state: State
    lines: Lines = ()
    reason: str | None = None
    expires_at: datetime | None = None
    returned: Lines | None = None

    @property
    def available_again(self) -> Lines:
        """What a returned order gives back."""
        return self.lines if self.returned is None else self.returned

    @property
    def version(self) -> int:
        """The number of its changes."""
        return self.state.version


@dataclass(frozen=True, slots=True)
class LeftOverHold:
    """What is held for an order whose reservation, in `state`, holds nothing; a line that was sold has 0 pieces."""

    order_id: str
    state: State
    lines: Lines
