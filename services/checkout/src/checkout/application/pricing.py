"""What an order costs: its lines and the delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checkout.application.cart_ports import DeliveryTermsStore
from checkout.domain.purchase import Amounts, Line


@dataclass(frozen=True, slots=True)
class Pricing:
    """The amounts of an order that is placed or shown."""

    delivery: DeliveryTermsStore

    async def amounts(self, mini_program_id: str, lines: Sequence[Line], region: str | None) -> Amounts:
        """The amounts of these lines, delivered to `region`; None is a region that is not known yet."""
        terms = await self.delivery.current(mini_program_id)
        goods = Amounts.of(lines)
        return replace(goods, delivery_fee=terms.fee(goods.subtotal, region) if lines else 0)
