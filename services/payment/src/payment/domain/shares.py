"""How an order's money is shared out, in whole fen, and how refunds take it back.

Rounding: the platform's and the creator's part of each line are rounded down, and the owner takes the rest. A refund
takes back what is due on *all* that was refunded so far less what was taken before, so that no sequence of partial
refunds loses or makes a fen, and refunding everything takes back exactly what was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BASIS = 10_000
"""Basis points in a whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of an order cost (fen), and the shares of it that go to platform and creator (basis points)."""

    amount: int
    platform_bp: int
    creator_bp: int


@dataclass(frozen=True, slots=True)
class Shares:
    """An amount in three parts, all in fen and none below zero."""

    owner: int
    platform: int
    creator: int

    @property
    def total(self) -> int:
        """The whole: always the sum of the parts."""
        return self.owner + self.platform + self.creator

    def minus(self, other: Shares) -> Shares:
        """Part by part."""
        return Shares(self.owner - other.owner, self.platform - other.platform, self.creator - other.creator)


def share_out(total: int, lines: Sequence[Line], *, with_creator: bool) -> Shares:
    """The parts of `total` by each line's terms.

    Where `total` differs from the sum of the lines (a discount on the order), each line first gets its part of it in
    proportion. Without a creator the owner keeps that part. Raises ValueError for a total without lines to carry it.
    """
    amounts = spread(total, [line.amount for line in lines])
    platform = creator = 0
    for line, amount in zip(lines, amounts, strict=True):
        fee = amount * line.platform_bp // BASIS
        platform += fee
        if with_creator:
            creator += min(amount * line.creator_bp // BASIS, amount - fee)
    return Shares(total - platform - creator, platform, creator)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` over `weights` in proportion, by largest remainder (the earlier one first where two are equal)."""
    whole = sum(weights)
    if whole == total:
        return list(weights)
    if whole <= 0:
        raise ValueError(f"{total} fen cannot be spread over lines that cost nothing")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def taken_back(accrued: Shares, refunded: int) -> Shares:
    """What refunds of `refunded` fen altogether take back of `accrued`.

    Each part only grows with `refunded`, they sum to it, and at the whole they equal `accrued`. The platform's part
    is rounded first, then the creator's out of what remains.
    """
    total = accrued.total
    if not 0 <= refunded <= total:
        raise ValueError(f"{refunded} fen cannot be taken back of {total}")
    platform = accrued.platform * refunded // total if total else 0
    rest = refunded - platform
    rest_of_all = total - accrued.platform
    creator = accrued.creator * rest // rest_of_all if rest_of_all else 0
    return Shares(rest - creator, platform, creator)


def reversal(accrued: Shares, before: int, amount: int) -> Shares:
    """What a refund of `amount` takes back where `before` fen were refunded already."""
    return taken_back(accrued, before + amount).minus(taken_back(accrued, before))
