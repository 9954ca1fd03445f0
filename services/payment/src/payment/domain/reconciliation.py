"""Compares the provider's bill, our ledger and our trades for one day, movement by movement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment (`refund_id` None, positive amount) or a refund (negative amount), in fen."""

    order_id: str
    refund_id: str | None
    amount: int


class Kind(StrEnum):
    """How the records of a movement differ."""

    MISSING_HERE = "missing_here"
    """The provider moved money, and neither of our records has it."""
    MISSING_THERE = "missing_there"
    """We recorded money that the provider did not move."""
    AMOUNT = "amount"
    """The records have different amounts."""
    STATE = "state"
    """The provider moved it, and only one of our two records has it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One movement whose records differ; amounts in fen, None where a record lacks it."""

    kind: Kind
    order_id: str
    refund_id: str | None
    bill: int | None
    ledger: int | None
    trade: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """The comparison of one day for one collector; sums in fen. `provisional` when it was made before the day's end."""

    day: date
    collector: str
    at: datetime
    provisional: bool
    compared: int
    bill_total: int
    ledger_total: int
    differences: tuple[Difference, ...]


def compare(
    bill: Iterable[Movement], ledger: Iterable[Movement], trades: Iterable[Movement]
) -> tuple[list[Difference], int]:
    """The differences, at most one for each movement, in the order of their ids; and how many movements were compared."""
    sides = [_sums(movements) for movements in (bill, ledger, trades)]
    keys = sorted(set().union(*sides), key=lambda key: (key[0], key[1] or ""))
    found = []
    for key in keys:
        amounts = [side.get(key) for side in sides]
        kind = _kind(*amounts)
        if kind is not None:
            found.append(Difference(kind, *key, *amounts))
    return found, len(keys)


def _kind(bill: int | None, ledger: int | None, trade: int | None) -> Kind | None:
    if bill is None:
        return Kind.MISSING_THERE
    if ledger is None and trade is None:
        return Kind.MISSING_HERE
    if len({amount for amount in (bill, ledger, trade) if amount is not None}) > 1:
        return Kind.AMOUNT
    return Kind.STATE if ledger is None or trade is None else None


def _sums(movements: Iterable[Movement]) -> dict[tuple[str, str | None], int]:
    sums: Counter[tuple[str, str | None]] = Counter()
    for movement in movements:
        sums[movement.order_id, movement.refund_id] += movement.amount
    return dict(sums)
