"""Coupons of a mini program: what one takes off an order's goods, when it applies, and which of its slots are free.

A coupon has `stock` slots, and `per_viewer` more for each viewer, both numbered from 0. An order that uses the coupon holds one of
each. Unique indexes keep two orders out of one slot, and the write that ends an unpaid order frees both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from checkout.domain.errors import OrderRefused

LEAST_TO_PAY = 1
"""Fen of an order's total that no coupon takes off: Alipay collects nothing less."""


class Refusal(StrEnum):
    """Why a coupon does not apply: stable codes that callers read."""

    UNKNOWN = "unknown_coupon"
    NOT_STARTED = "coupon_not_started"
    EXPIRED = "coupon_expired"
    USED_UP = "coupon_used_up"
    LIMIT_REACHED = "coupon_limit_reached"
    MINIMUM = "coupon_minimum"


class CouponRefused(OrderRefused):
    """The coupon does not apply to this order; the text says why in words for the buyer. `minimum` (fen) is what the goods must cost."""

    def __init__(self, refusal: Refusal, text: str, *, minimum: int | None = None) -> None:
        super().__init__(text)
        self.refusal = refusal
        self.minimum = minimum


def code_key(code: str) -> str:
    """The same for codes that are equal: they are compared without case, width and blanks around them."""
    return unicodedata.normalize("NFKC", code).strip().casefold()


def coupon_id(mini_program_id: str, code: str) -> str:
    """The id of the mini program's coupon with this code."""
    return f"{mini_program_id}:{code_key(code)}"


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """What an owner sets. Either `amount` (fen) or `percent` is taken off; `minimum` (fen) is of the goods.

    It applies from `starts` until before `ends`.
    """

    amount: int | None
    percent: int | None
    minimum: int
    stock: int
    starts: datetime
    ends: datetime
    per_viewer: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon. No order had used a removed one when it ended: unless one did at the same moment, it is gone (`is_gone`)."""

    mini_program_id: str
    code: str
    terms: CouponTerms
    version: int
    changed_at: datetime
    removed: bool = False

    @property
    def coupon_id(self) -> str:
        return coupon_id(self.mini_program_id, self.code)

    @property
    def key(self) -> str:
        """By which orders of its mini program name it."""
        return code_key(self.code)

    def is_gone(self, used: int) -> bool:
        """Whether its owner sees it no more, and its code is free again: `used` orders hold it."""
        return self.removed and used == 0

    def with_terms(self, terms: CouponTerms, at: datetime) -> Coupon:
        return replace(self, terms=terms, version=self.version + 1, changed_at=at)

    def ended(self, at: datetime, *, used: bool) -> Coupon:
        """The coupon without any further use: it ends, and is removed if no order used it."""
        terms = replace(self.terms, ends=min(self.terms.ends, at))
        return replace(self, terms=terms, version=self.version + 1, changed_at=at, removed=not used)

    def check(self, subtotal: int, now: datetime) -> None:
        """Raise CouponRefused unless the coupon applies to goods of `subtotal` fen at this moment."""
        if now < self.terms.starts:
            raise CouponRefused(
                Refusal.NOT_STARTED, f"The coupon {self.code} applies from {_utc(self.terms.starts)}."
            )
        if now >= self.terms.ends:
            raise CouponRefused(
                Refusal.EXPIRED, f"The coupon {self.code} expired at {_utc(self.terms.ends)}."
            )
        if subtotal < self.terms.minimum:
            raise CouponRefused(
                Refusal.MINIMUM,
                f"The coupon {self.code} applies from {self.terms.minimum} fen of goods; these cost {subtotal} fen.",
                minimum=self.terms.minimum,
            )

    def discount(self, subtotal: int, delivery_fee: int) -> int:
        """Fen off goods of `subtotal` fen: at most their price, and LEAST_TO_PAY of the total is left. Percents are rounded down."""
        wanted = (
            self.terms.amount
            if self.terms.amount is not None
            else subtotal * (self.terms.percent or 0) // 100
        )
        return max(0, min(wanted, subtotal, subtotal + delivery_fee - LEAST_TO_PAY))


@dataclass(frozen=True, slots=True)
class CouponUse:
    """An order's use of a coupon: the coupon's slot and the viewer's that it holds; None before, and once it has given them back."""

    code: str
    slot: int | None = None
    viewer_slot: int | None = None

    @property
    def key(self) -> str:
        """That of the coupon."""
        return code_key(self.code)

    def given_back(self) -> CouponUse:
        return CouponUse(self.code)


def free_viewer_slot(coupon: Coupon, taken: Collection[int]) -> int:
    """The viewer's first free slot. Raises CouponRefused, also if `per_viewer` was lowered and more are taken."""
    limit = coupon.terms.per_viewer
    free = [slot for slot in range(limit) if slot not in taken]
    if not free or len(taken) >= limit:
        times = "once" if limit == 1 else f"{limit} times"
        raise CouponRefused(
            Refusal.LIMIT_REACHED,
            f"You may use the coupon {coupon.code} {times}. An order that ends unpaid gives it back.",
        )
    return free[0]


def open_slots(stock: int, taken: Collection[int]) -> int:
    """How many of the coupon's slots, from 0 on, are open to new orders, taken ones among them.

    Usually all `stock`. If the stock was lowered, orders may hold slots beyond it. Then just so many are open that these and the
    taken ones beyond are `stock` together: so orders that are placed at the same time choose among the same slots.
    """
    limit, beyond = stock, sum(slot >= stock for slot in taken)
    while limit > 0 and limit + beyond > stock:
        limit -= 1
        beyond += limit in taken
    return limit


def used_up(coupon: Coupon) -> CouponRefused:
    return CouponRefused(
        Refusal.USED_UP,
        f"All {coupon.terms.stock} of the coupon {coupon.code} are used. An order that ends unpaid gives one back.",
    )


def unknown_coupon() -> CouponRefused:
    return CouponRefused(Refusal.UNKNOWN, "This mini program has no coupon with this code.")


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
