"""Which coupon an order uses, and which of its slots. The insert of the order takes the slots, so nothing is taken here."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from checkout.application.coupon_ports import Coupons, CouponUses
from checkout.domain.coupon import (
    Coupon,
    CouponUse,
    coupon_id,
    free_viewer_slot,
    open_slots,
    unknown_coupon,
    used_up,
)
from checkout.domain.order import Order

WINDOW = 64
"""How many slots of a large coupon are looked at first: the more, the more often one of them is free; the fewer, the cheaper."""


@dataclass(frozen=True, slots=True)
class RedeemCoupons:
    coupons: Coupons
    uses: CouponUses

    async def find(self, mini_program_id: str, code: str) -> Coupon:
        """The coupon that a buyer named. Raises CouponRefused if there is none."""
        coupon = await self.coupons.get(coupon_id(mini_program_id, code))
        if coupon is None or coupon.removed:
            raise unknown_coupon()
        return coupon

    async def applicable(
        self, coupon: Coupon, mini_program_id: str, openid: str, subtotal: int, now: datetime
    ) -> None:
        """Raise CouponRefused unless an order of goods of `subtotal` fen that this viewer placed now could use the coupon."""
        coupon.check(subtotal, now)
        free_viewer_slot(coupon, await self.uses.taken_by_viewer(mini_program_id, coupon.key, openid))
        if await self.uses.is_used_up(mini_program_id, coupon.key, coupon.terms.stock):
            raise used_up(coupon)

    async def choose(self, coupon: Coupon, order: Order, attempt: int = 0) -> CouponUse:
        """Slots of the coupon and of its viewer that were free just now; another `attempt` begins its search elsewhere.

        Raises CouponRefused when none is left.
        """
        taken = await self.uses.taken_by_viewer(order.mini_program_id, coupon.key, order.openid)
        viewer_slot = free_viewer_slot(coupon, taken)
        start = zlib.crc32(f"{order.order_id}{attempt}".encode())
        slot = await self._nearby(coupon, start)
        return CouponUse(coupon.code, await self._any(coupon, start) if slot is None else slot, viewer_slot)

    async def _nearby(self, coupon: Coupon, start: int) -> int | None:
        """A free slot near a place that differs from order to order, so that few orders want the same one.

        None if there is none, or if orders hold slots beyond the stock, which was lowered.
        """
        stock = coupon.terms.stock
        window = [(start + n) % stock for n in range(min(WINDOW, stock))]
        taken = await self.uses.taken(coupon.mini_program_id, coupon.key, among=window, beyond=stock)
        if any(slot >= stock for slot in taken):
            return None
        return next((slot for slot in window if slot not in taken), None)

    async def _any(self, coupon: Coupon, start: int) -> int:
        """A free slot. Raises CouponRefused."""
        stock = coupon.terms.stock
        if await self.uses.is_used_up(coupon.mini_program_id, coupon.key, stock):
            raise used_up(coupon)
        taken = await self.uses.taken(coupon.mini_program_id, coupon.key)
        free = [slot for slot in range(open_slots(stock, taken)) if slot not in taken]
        if not free:
            raise used_up(coupon)
        return free[start % len(free)]
