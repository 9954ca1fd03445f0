"""How an order's money is shared out, in whole fen, and how refunds take it back.

The platform's and the creator's part of each line are rounded down, and the owner gets the rest. A refund takes back what is
due on everything refunded so far, minus what earlier refunds took. So partial refunds in any sequence lose no fen, and a full
refund takes back exactly what was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.money import spread

BASIS = 10_000
"""Basis points in a whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of an order costs (fen), and the shares of platform and creator in it (basis points)."""

    amount: int
    platform_bp: int
    creator_bp: int


def charged(lines: Sequence[Line], discount: int, delivery_fee: int) -> tuple[Line, ...]:
    """The lines after the discount, which each gets its proportional part of, and the delivery fee as a line without commission.

    So commissions are of what is paid for the goods, and the fee is the owner's. Raises ValueError for a discount that is
    more than the lines cost, and for negative amounts.
    """
    subtotal = sum(line.amount for line in lines)
    if not 0 <= discount <= subtotal or delivery_fee < 0:
        raise ValueError(
            f"{discount} fen off {subtotal} fen, with a delivery fee of {delivery_fee} fen, is no price"
        )
    amounts = spread(subtotal - discount, [line.amount for line in lines])
    goods = [replace(line, amount=amount) for line, amount in zip(lines, amounts, strict=True)]
    return (*goods, Line(delivery_fee, 0, 0)) if delivery_fee else tuple(goods)


@dataclass(frozen=True, slots=True)
class Shares:
    """An amount in three parts, in fen; none is negative."""

    owner: int
    platform: int
    creator: int

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return self.owner + self.platform + self.creator

    def minus(self, other: Shares) -> Shares:
        """Part by part."""
        return Shares(self.owner - other.owner, self.platform - other.platform, self.creator - other.creator)


def share_out(total: int, lines: Sequence[Line], *, with_creator: bool) -> Shares:
    """The parts of `total` by the terms of each line.

    When `total` differs from the sum of the lines (a discount on the order), each line first gets its proportional part of
    it. Without a creator the owner keeps that part. Raises ValueError when no line has a price to spread the total over.
    """
    amounts = spread(total, [line.amount for line in lines])
    platform = creator = 0
    for line, amount in zip(lines, amounts, strict=True):
        fee = amount * line.platform_bp // BASIS
        platform += fee
        if with_creator:
            creator += min(amount * line.creator_bp // BASIS, amount - fee)
    return Shares(total - platform - creator, platform, creator)


def taken_back(accrued: Shares, refunded: int) -> Shares:
    """What refunds of `refunded` fen in total take back of `accrued`.

    The parts sum to `refunded`, never shrink as it grows, and equal `accrued` when everything is refunded. The platform's
    part is rounded first, then the creator's out of the rest.
    """
    total = accrued.total
    if not 0 <= refunded <= total:
        raise ValueError(f"{refunded} fen cannot be taken back from {total}")
    platform = accrued.platform * refunded // total if total else 0
    rest = refunded - platform
    rest_of_all = total - accrued.platform
    creator = accrued.creator * rest // rest_of_all if rest_of_all else 0
    return Shares(rest - creator, platform, creator)


def reversal(accrued: Shares, before: int, amount: int) -> Shares:
    """What a refund of `amount` takes back when `before` fen were refunded already."""
    return taken_back(accrued, before + amount).minus(taken_back(accrued, before))
