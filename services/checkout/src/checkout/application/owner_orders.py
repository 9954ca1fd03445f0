"""Reads orders over all mini programs of an owner."""

from __future__ import annotations

from dataclasses import dataclass

from checkout.application.access import Access, Owner
from checkout.application.ports import OrderFilter, Orders, OrderSearch, Position
from checkout.domain.errors import MiniProgramNotFound, OrderNotFound
from checkout.domain.order import Order


@dataclass(frozen=True, slots=True)
class OwnerOrders:
    """The orders of an owner's mini programs."""

    orders: Orders
    search: OrderSearch
    access: Access

    async def one(self, owner: Owner, order_id: str) -> Order:
        """Raises OrderNotFound."""
        order = await self.orders.get(order_id)
        if order is None or not self.access.may_see(owner, order):
            raise OrderNotFound(order_id)
        return order

    async def page(
        self,
        owner: Owner,
        mini_program_id: str | None,
        filters: OrderFilter,
        *,
        after: Position | None,
        limit: int,
    ) -> list[tuple[Position, Order]]:
        """At most `limit` orders of all mini programs or of this one, in the order that OrderSearch states.

        Raises MiniProgramNotFound.
        """
        if mini_program_id is None:
            searched = list(self.access.owned_by(owner))
        elif self.access.owns(owner, mini_program_id):
            searched = [mini_program_id]
        else:
            raise MiniProgramNotFound(mini_program_id)
        return await self.search.find(searched, filters, after=after, limit=limit)
