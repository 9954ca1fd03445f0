"""A settled day: what each payee earned in each mini program, what was taken back, paid out and carried over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from payment.domain.payouts import Payout


class DayState(StrEnum):
    """How far the settlement of a day is."""

    OPEN = "open"
    """Postings are being assigned to it."""
    CLAIMED = "claimed"
    """Its postings are final."""
    CLOSED = "closed"
    """Statements and payouts are stored."""


class Reason(StrEnum):
    """Why a record is left out of a day."""

    NOT_POSTED = "not_posted"
    """A trade's money moved, and the ledger has no posting of it."""
    UNKNOWN_OWNER = "unknown_owner"
    """Nobody knows who is paid for this mini program."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """What could not be settled with its day. It is settled with a later day, once the reason is gone."""

    reason: Reason
    mini_program_id: str | None = None
    order_id: str | None = None
    refund_id: str | None = None


@dataclass(frozen=True, slots=True)
class SettlementDay:
    """A day of the whole platform; sums in fen, known once it is closed.

    Days are settled one after the other. `number` counts them in that order, which need not be the calendar's.
    """

    day: date
    state: DayState
    number: int
    opened_at: datetime
    set_aside: tuple[SetAside, ...] = ()
    statements: int = 0
    paid_out: int = 0
    platform: int = 0
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turnover:
    """Where an owner's earnings come from, in fen: what buyers paid and got back, less commission and what the owner holds already.

    `sales` are the goods before the discount. `commission` is what the platform and creators keep, after refunds. `at_owner`
    is what the owner's own merchant has collected, after refunds.
    """

    sales: int = 0
    discount: int = 0
    delivery_fee: int = 0
    refunded: int = 0
    commission: int = 0
    at_owner: int = 0

    @property
    def owed(self) -> int:
        """What this adds to the amount owed to the owner: earned + reversed."""
        received = self.sales - self.discount + self.delivery_fee
        return received - self.refunded - self.commission - self.at_owner


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a day's postings on one payee's account in one mini program, in fen owed to the payee.

    `turnover` is the owner's, and `paid` what the owner has paid to us; a creator has none.
    """

    mini_program_id: str
    account: str
    earned: int
    reversed: int
    payments: int
    refunds: int
    turnover: Turnover = Turnover()
    paid: int = 0


def statement_id(day: str, mini_program_id: str, account: str) -> str:
    """The natural id of a day's statement of one account in one mini program."""
    return f"{day}:{mini_program_id}:{account}"


@dataclass(frozen=True, slots=True)
class Statement:
    """opening + earned + reversed + paid = paid_out + closing. A negative balance is not paid out; later days make up for it.

    `number` is that of the settlement: a payee's opening balance is what the statement with the number before left.
    """

    day: str
    number: int
    payee: str
    payee_kind: str
    opening: int
    totals: Totals

    @property
    def id(self) -> str:
        """Sorts by day."""
        return statement_id(self.day, self.totals.mini_program_id, self.totals.account)

    @property
    def balance(self) -> int:
        """The amount owed at the end of the day."""
        return self.opening + self.totals.earned + self.totals.reversed + self.totals.paid

    @property
    def paid_out(self) -> int:
        """The whole balance, if it is positive."""
        return max(0, self.balance)

    @property
    def closing(self) -> int:
        """The amount carried over: zero, or what the payee owes."""
        return self.balance - self.paid_out

    @property
    def owed(self) -> int:
        """What the payee owes us after this day."""
        return -self.closing

    @property
    def payout_id(self) -> str | None:
        """A natural key, so that a day that is settled twice pays once; None when nothing is paid."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:32] if self.paid_out else None

    def payout(self, at: datetime) -> Payout | None:
        """The payout of the balance."""
        if self.payout_id is None:
            return None
        return Payout(self.payout_id, self.id, self.paid_out, self.payee, at)


@dataclass(frozen=True, slots=True)
class Left:
    """What an account's statements so far leave: the closing balance of the latest, and all that they list as paid, in fen."""

    closing: int
    paid: int


class By(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """A payee's statements of one day or month in one mini program, added up: opening + earned + reversed + paid =
    paid_out + closing."""

    period: str
    mini_program_id: str
    opening: int
    earned: int
    reversed: int
    paid_out: int
    payments: int
    refunds: int
    turnover: Turnover = Turnover()
    paid: int = 0

    @property
    def id(self) -> str:
        """Sorts by period."""
        return f"{self.period}:{self.mini_program_id}"

    @property
    def closing(self) -> int:
        """The amount carried over: zero, or what the payee owes."""
        return self.opening + self.earned + self.reversed + self.paid - self.paid_out

    @property
    def owed(self) -> int:
        """What the payee owes us at the end."""
        return max(0, -self.closing)
