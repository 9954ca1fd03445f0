"""What the use cases of coupons need from outside. `adapters/` implements it on MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from checkout.application.ports import Position
from checkout.domain.coupon import Coupon
from runtime.outbox.changes import Decide, Result


class Coupons(Protocol):
    """Coupons of all mini programs by their `coupon_id`, each change one write: `runtime.outbox.versioned_store`."""

    async def get(self, coupon_id: str, /) -> Coupon | None:
        """The coupon as it is stored, also if it is removed."""
        ...

    async def change(self, coupon_id: str, decide: Decide[Coupon], /) -> Result[Coupon]:
        """Decide on the coupon and store the change; raises what `decide` raises, and WriteConflict."""
        ...

    async def page(
        self, mini_program_id: str, *, since: datetime | None, after: Position | None, limit: int
    ) -> list[Coupon]:
        """At most `limit` coupons that are not removed, in the order of their last change and their ids."""
        ...


class CouponUses(Protocol):
    """The slots of coupons that orders of a mini program hold. A coupon is named by its key."""

    async def used(self, mini_program_id: str, keys: Collection[str]) -> Mapping[str, int]:
        """How many slots are taken of each coupon; one without any may be missing."""
        ...

    async def is_used_up(self, mini_program_id: str, key: str, stock: int) -> bool:
        """Whether this many slots are taken; a yes may be a second old."""
        ...

    async def taken(
        self, mini_program_id: str, key: str, *, among: Collection[int] = (), beyond: int = 0
    ) -> set[int]:
        """Which of the slots `among` and of those from `beyond` on are taken; by default of all."""
        ...

    async def taken_by_viewer(self, mini_program_id: str, key: str, openid: str) -> set[int]:
        """The viewer's slots that are taken."""
        ...
