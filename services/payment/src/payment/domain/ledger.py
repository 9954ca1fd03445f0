"""The ledger: append-only double entry in whole fen. Every posting has an id of its own and legs that sum to zero.

Accounts, a debit counted above zero and a credit below:

    clearing:<collector>     what a provider holds for us: equals its bill
    owner:<mini program>     owed to the mini program's owner
    creator:<creator>        owed to a creator
    platform                 the platform's commission, earned
    refunds                  owed back to payers whose money came too late
    ad_income                the platform's income of advertising
    payouts                  what has left towards payees
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from payment.domain.days import day_of
from payment.domain.shares import Shares

CURRENCY = "CNY"
PLATFORM, REFUNDS, AD_INCOME, PAYOUTS = "platform", "refunds", "ad_income", "payouts"
CLEARING, OWNER, CREATOR = "clearing:", "owner:", "creator:"


class Kind(StrEnum):
    """What a posting is of; the first part of its id."""

    PAYMENT = "payment"
    REFUND = "refund"
    LATE_PAYMENT = "late_payment"
    LATE_REFUND = "late_refund"
    PAYOUT = "payout"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a posting, in fen."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of money. Raises ValueError when its legs do not sum to zero."""

    id: str
    kind: Kind
    at: datetime
    mini_program_id: str
    legs: tuple[Leg, ...]
    order_id: str | None = None
    refund_id: str | None = None

    def __post_init__(self) -> None:
        if sum(leg.amount for leg in self.legs):
            raise ValueError(f"posting {self.id} does not balance")

    @property
    def day(self) -> date:
        """The business day that it belongs to."""
        return day_of(self.at)


@dataclass(frozen=True, slots=True)
class OfOrder:
    """The order behind a posting."""

    order_id: str
    mini_program_id: str
    collector: str
    at: datetime


def payment(order: OfOrder, shares: Shares, creator_id: str | None) -> Posting:
    """An order's money came and is owed on by its shares."""
    legs = _legs((CLEARING + order.collector, shares.total), *_owed(order, shares, creator_id, -1))
    return _posting(Kind.PAYMENT, order, legs)


def refund(order: OfOrder, refund_id: str, shares: Shares, creator_id: str | None) -> Posting:
    """Money went back; what it takes back of the shares is no longer owed."""
    legs = _legs((CLEARING + order.collector, -shares.total), *_owed(order, shares, creator_id, 1))
    return _posting(Kind.REFUND, order, legs, refund_id)


def late_payment(order: OfOrder, amount: int) -> Posting:
    """Money came for an order that had ended: it is owed back."""
    legs = _legs((CLEARING + order.collector, amount), (REFUNDS, -amount))
    return _posting(Kind.LATE_PAYMENT, order, legs)


def late_refund(order: OfOrder, refund_id: str, amount: int) -> Posting:
    """Money that had come too late went back."""
    legs = _legs((REFUNDS, amount), (CLEARING + order.collector, -amount))
    return _posting(Kind.LATE_REFUND, order, legs, refund_id)


def payout(payout_id: str, account: str, amount: int, mini_program_id: str, at: datetime) -> Posting:
    """What was owed to a payee left."""
    legs = _legs((account, amount), (PAYOUTS, -amount))
    return Posting(f"{Kind.PAYOUT}:{payout_id}", Kind.PAYOUT, at, mini_program_id, legs)


def _owed(order: OfOrder, shares: Shares, creator_id: str | None, sign: int) -> list[tuple[str, int]]:
    owed = [(OWNER + order.mini_program_id, sign * shares.owner), (PLATFORM, sign * shares.platform)]
    return owed + ([(CREATOR + creator_id, sign * shares.creator)] if creator_id is not None else [])


def _legs(*amounts: tuple[str, int]) -> tuple[Leg, ...]:
    return tuple(Leg(account, amount) for account, amount in amounts if amount)


def _posting(kind: Kind, order: OfOrder, legs: tuple[Leg, ...], refund_id: str | None = None) -> Posting:
    name = f"{kind}:{order.order_id}" + (f":{refund_id}" if refund_id else "")
    return Posting(name, kind, order.at, order.mini_program_id, legs, order.order_id, refund_id)
