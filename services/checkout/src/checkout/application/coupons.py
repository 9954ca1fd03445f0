"""What owners do with the coupons of their mini programs: create, list, read, edit, end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from checkout.application.access import Access, Owner
from checkout.application.coupon_ports import Coupons, CouponUses
from checkout.application.ports import Position
from checkout.domain.coupon import Coupon, CouponTerms, code_key, coupon_id
from checkout.domain.errors import CouponExists, CouponNotFound, MiniProgramNotFound, StockBelowUsed
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.outbox.changes import Change


@dataclass(frozen=True, slots=True)
class OwnCoupon:
    """A coupon as its owner sees it, with how many orders hold it."""

    coupon: Coupon
    used: int

    @property
    def left(self) -> int:
        """How many more orders can use it."""
        return max(0, self.coupon.terms.stock - self.used)


@dataclass(frozen=True, slots=True)
class OwnerCoupons:
    """The coupons of an owner's mini programs. Every method may raise MiniProgramNotFound."""

    coupons: Coupons
    uses: CouponUses
    access: Access
    clock: Clock

    async def create(self, owner: Owner, mini_program_id: str, code: str, terms: CouponTerms) -> OwnCoupon:
        """Idempotent. Raises CouponExists if the code has other terms, also if they have ended."""
        self._check(owner, mini_program_id)
        now, used = self.clock(), await self._used(mini_program_id, code)

        def decide(present: Coupon | None) -> Change[Coupon] | None:
            if present is None or present.is_gone(used):
                version = present.version + 1 if present is not None else 1
                return Change(Coupon(mini_program_id, code, terms, version, now))
            if present.terms != terms:
                raise CouponExists(present.code)
            return None

        result = await self.coupons.change(coupon_id(mini_program_id, code), decide)
        return OwnCoupon(_existing(result.aggregate, code, used), used)

    async def get(self, owner: Owner, mini_program_id: str, code: str) -> OwnCoupon:
        """Raises CouponNotFound."""
        self._check(owner, mini_program_id)
        coupon = await self.coupons.get(coupon_id(mini_program_id, code))
        used = await self._used(mini_program_id, code)
        return OwnCoupon(_existing(coupon, code, used), used)

    async def page(
        self,
        owner: Owner,
        mini_program_id: str,
        *,
        since: datetime | None,
        after: Position | None,
        limit: int,
    ) -> list[OwnCoupon]:
        """At most `limit` coupons in the order of their last change; only those changed at `since` or later."""
        self._check(owner, mini_program_id)
        found = await self.coupons.page(mini_program_id, since=since, after=after, limit=limit)
        return await self._with_uses(mini_program_id, found)

    async def edit(
        self,
        owner: Owner,
        mini_program_id: str,
        code: str,
        edit: Callable[[Coupon], CouponTerms],
        expected: int | None,
    ) -> OwnCoupon:
        """The coupon with the terms that `edit` gives it; orders that use it keep their discount.

        Raises CouponNotFound, VersionConflict, StockBelowUsed, and what `edit` raises.
        """
        own, now = await self.get(owner, mini_program_id, code), self.clock()

        def decide(present: Coupon | None) -> Change[Coupon] | None:
            coupon = _existing(present, code, own.used)
            must_be_version(expected, coupon.version)
            terms = edit(coupon)
            if terms.stock < min(own.used, coupon.terms.stock):
                raise StockBelowUsed(own.used)
            return Change(coupon.with_terms(terms, now)) if terms != coupon.terms else None

        result = await self.coupons.change(own.coupon.coupon_id, decide)
        return OwnCoupon(_existing(result.aggregate, code, own.used), own.used)

    async def end(self, owner: Owner, mini_program_id: str, code: str, expected: int | None) -> None:
        """No further order can use the coupon; it is removed if none did. Raises CouponNotFound and VersionConflict."""
        own, now = await self.get(owner, mini_program_id, code), self.clock()

        def decide(present: Coupon | None) -> Change[Coupon] | None:
            coupon = _existing(present, code, own.used)
            must_be_version(expected, coupon.version)
            if own.used and coupon.terms.ends <= now:
                return None
            return Change(coupon.ended(now, used=own.used > 0))

        await self.coupons.change(own.coupon.coupon_id, decide)

    def _check(self, owner: Owner, mini_program_id: str) -> None:
        if not self.access.owns(owner, mini_program_id):
            raise MiniProgramNotFound(mini_program_id)

    async def _used(self, mini_program_id: str, code: str) -> int:
        key = code_key(code)
        return (await self.uses.used(mini_program_id, [key])).get(key, 0)

    async def _with_uses(self, mini_program_id: str, coupons: Sequence[Coupon]) -> list[OwnCoupon]:
        used = await self.uses.used(mini_program_id, [coupon.key for coupon in coupons])
        return [OwnCoupon(coupon, used.get(coupon.key, 0)) for coupon in coupons]


def _existing(coupon: Coupon | None, code: str, used: int) -> Coupon:
    """Raises CouponNotFound."""
    if coupon is None or coupon.is_gone(used):
        raise CouponNotFound(code)
    return coupon
