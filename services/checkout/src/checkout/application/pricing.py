"""What an order costs: its lines, the discount of a coupon, and the delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checkout.application.cart_ports import DeliveryTermsStore
from checkout.domain.coupon import Coupon
from checkout.domain.purchase import Amounts, Line


@dataclass(frozen=True, slots=True)
class Pricing:
    """The amounts of an order that is placed or shown."""

    delivery: DeliveryTermsStore

    async def amounts(
        self,
        mini_program_id: str,
        lines: Sequence[Line],
        region: str | None,
        coupon: Coupon | None = None,
    ) -> Amounts:
        """The amounts of these lines, delivered to `region`; None is a region that is not known yet.

        `coupon` is one that applies: `Coupon.check` says whether it does.
        """
        terms = await self.delivery.current(mini_program_id)
        goods = Amounts.of(lines)
        fee = terms.fee(goods.subtotal, region) if lines else 0
        discount = coupon.discount(goods.subtotal, fee) if coupon is not None else 0
        return replace(goods, delivery_fee=fee, discount=discount)
