"""The ledger: append-only double entry in whole fen. Every posting has a natural id and legs that sum to zero.

Accounts (debits are positive, credits negative):

    clearing:<collector>     received by a provider; equals its bill
    at_owner:<collector>     the part of it that lies in an owner's own account: none of it is ours to pay out
    owner:<mini program>     owed to the mini program's owner; a debit is commission that the owner owes us
    creator:<creator>        owed to a creator
    platform                 commission earned by the platform
    refunds                  owed to payers whose money arrived late
    payouts                  paid out to payees
    owner_payments           received from owners who owed commission
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from payment.domain.days import day_of
from payment.domain.shares import Shares

CURRENCY = "CNY"
PLATFORM, REFUNDS, PAYOUTS, OWNER_PAYMENTS = "platform", "refunds", "payouts", "owner_payments"
CLEARING, AT_OWNER, OWNER, CREATOR = "clearing:", "at_owner:", "owner:", "creator:"


class Kind(StrEnum):
    """The kind of a posting: the first part of its id."""

    PAYMENT = "payment"
    REFUND = "refund"
    LATE_PAYMENT = "late_payment"
    LATE_REFUND = "late_refund"
    PAYOUT = "payout"
    OWNER_PAYMENT = "owner_payment"


SHARED_OUT = (Kind.PAYMENT, Kind.REFUND)
"""Postings that owe something to payees: they wait for the order's receipt."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a posting, in fen."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of money. Raises ValueError when its legs do not sum to zero.

    For statements, a payment also says what its order's discount and delivery fee are, in fen, and an owner's payment the
    bank's reference.
    """

    id: str
    kind: Kind
    at: datetime
    mini_program_id: str
    legs: tuple[Leg, ...]
    order_id: str | None = None
    refund_id: str | None = None
    discount: int = 0
    delivery_fee: int = 0
    reference: str | None = None

    def __post_init__(self) -> None:
        if sum(leg.amount for leg in self.legs):
            raise ValueError(f"posting {self.id} does not balance")

    @property
    def day(self) -> date:
        """Its business day."""
        return day_of(self.at)

    def credit_of(self, accounts: Collection[str]) -> int:
        """What it adds to the amount owed to these accounts, in fen."""
        return -sum(leg.amount for leg in self.legs if leg.account in accounts)


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order's goods were received, or count as received. Only then do its postings enter a statement."""

    order_id: str
    at: datetime

    @property
    def day(self) -> date:
        """Its business day."""
        return day_of(self.at)


@dataclass(frozen=True, slots=True)
class Pending:
    """What a payee has earned that is in no statement yet, in fen; `awaiting_receipt` is the part whose goods are on the way."""

    earned: int
    awaiting_receipt: int


@dataclass(frozen=True, slots=True)
class PostedOrder:
    """The order behind a posting; `at_owner` if its money lies in the owner's own account. Discount and fee are in fen."""

    order_id: str
    mini_program_id: str
    collector: str
    at: datetime
    at_owner: bool = False
    discount: int = 0
    delivery_fee: int = 0


def payment(order: PostedOrder, shares: Shares, creator_id: str | None) -> Posting:
    """An order was paid; its money is owed to the payees by their shares."""
    legs = _legs((CLEARING + order.collector, shares.total), *_owed(order, shares, creator_id))
    posting = _posting(Kind.PAYMENT, order, legs)
    return replace(posting, discount=order.discount, delivery_fee=order.delivery_fee)


def refund(order: PostedOrder, refund_id: str, shares: Shares, creator_id: str | None) -> Posting:
    """Money was refunded; the part of each payee is no longer owed."""
    legs = (Leg(leg.account, -leg.amount) for leg in payment(order, shares, creator_id).legs)
    return _posting(Kind.REFUND, order, tuple(legs), refund_id)


def late_payment(order: PostedOrder, amount: int) -> Posting:
    """Money arrived for an order that had ended: it is owed to its payer."""
    legs = _legs((CLEARING + order.collector, amount), (REFUNDS, -amount))
    return _posting(Kind.LATE_PAYMENT, order, legs)


def late_refund(order: PostedOrder, refund_id: str, amount: int) -> Posting:
    """Money that had arrived late was refunded."""
    legs = _legs((REFUNDS, amount), (CLEARING + order.collector, -amount))
    return _posting(Kind.LATE_REFUND, order, legs, refund_id)


def payout(payout_id: str, account: str, amount: int, mini_program_id: str, at: datetime) -> Posting:
    """A payee was paid."""
    legs = _legs((account, amount), (PAYOUTS, -amount))
    return Posting(f"{Kind.PAYOUT}:{payout_id}", Kind.PAYOUT, at, mini_program_id, legs)


def owner_payment(
    payment_id: str, mini_program_id: str, amount: int, reference: str, at: datetime
) -> Posting:
    """An owner has paid what was owed for a mini program."""
    legs = _legs((OWNER_PAYMENTS, amount), (OWNER + mini_program_id, -amount))
    name = f"{Kind.OWNER_PAYMENT}:{payment_id}:{mini_program_id}"
    return Posting(name, Kind.OWNER_PAYMENT, at, mini_program_id, legs, reference=reference)


def _owed(order: PostedOrder, shares: Shares, creator_id: str | None) -> list[tuple[str, int]]:
    """Owners who hold the whole amount already owe us the parts of the others."""
    held = shares.total if order.at_owner else 0
    owed = [
        (AT_OWNER + order.collector, -held),
        (OWNER + order.mini_program_id, held - shares.owner),
        (PLATFORM, -shares.platform),
    ]
    return owed + ([(CREATOR + creator_id, -shares.creator)] if creator_id is not None else [])


def _legs(*amounts: tuple[str, int]) -> tuple[Leg, ...]:
    return tuple(Leg(account, amount) for account, amount in amounts if amount)


def _posting(kind: Kind, order: PostedOrder, legs: tuple[Leg, ...], refund_id: str | None = None) -> Posting:
    name = f"{kind}:{order.order_id}" + (f":{refund_id}" if refund_id else "")
    return Posting(name, kind, order.at, order.mini_program_id, legs, order.order_id, refund_id)
