"""A payee's day in one mini program: what was earned, taken back, paid out, and carried on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """What the day's postings sum up to on one payee's account in one mini program, in fen owed to the payee."""

    mini_program_id: str
    account: str
    earned: int
    reversed: int
    payments: int
    refunds: int


@dataclass(frozen=True, slots=True)
class Statement:
    """opening + earned + reversed = paid_out + closing. A balance below zero is not paid: the next days make it up."""

    day: str
    payee: str
    payee_kind: str
    opening: int
    totals: Totals

    @property
    def id(self) -> str:
        """Sorts by day."""
        return f"{self.day}:{self.totals.mini_program_id}:{self.totals.account}"

    @property
    def balance(self) -> int:
        """What is owed at the end of the day."""
        return self.opening + self.totals.earned + self.totals.reversed

    @property
    def paid_out(self) -> int:
        """All of it, if it is above zero."""
        return max(0, self.balance)

    @property
    def closing(self) -> int:
        """What is carried on: zero, or what the payee owes."""
        return self.balance - self.paid_out

    @property
    def payout_id(self) -> str | None:
        """The payout's natural key, so that a day that is settled twice pays once; None when nothing is paid."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:32] if self.paid_out else None
