"""What an owner has paid of the commission owed: one bank transfer, divided over the owner's mini programs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from payment.domain.errors import MoreThanOwed


@dataclass(frozen=True, slots=True)
class Part:
    """What is paid for one mini program, in fen."""

    mini_program_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Received:
    """The bank's transfer to us: `amount` in fen, `reference` its number at the bank."""

    owner_id: str
    amount: int
    reference: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class OwnerPayment:
    """A payment that an operator has recorded. `number` counts the owner's payments, so that no two pay the same debt."""

    received: Received
    number: int
    parts: tuple[Part, ...]
    at: datetime
    version: int = 1

    @property
    def payment_id(self) -> str:
        """Follows from the reference."""
        return payment_id_of(self.received.reference)


def payment_id_of(reference: str) -> str:
    """A natural key: a transfer is recorded once."""
    return hashlib.sha256(reference.encode()).hexdigest()[:32]


def record(received: Received, number: int, debts: Mapping[str, int], at: datetime) -> OwnerPayment:
    """Pay the debts (fen, by mini program), in the order of the mini programs' ids. Raises MoreThanOwed."""
    left, parts = received.amount, []
    for mini_program_id, debt in sorted(debts.items()):
        if (amount := min(left, debt)) > 0:
            parts.append(Part(mini_program_id, amount))
            left -= amount
    if left:
        raise MoreThanOwed(sum(debt for debt in debts.values() if debt > 0))
    return OwnerPayment(received, number, tuple(parts), at)
