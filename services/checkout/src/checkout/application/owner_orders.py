"""Reads orders over all mini programs of an owner, or, for operators, of the platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from checkout.application.access import Access, Seller
from checkout.application.ports import OrderFilter, Orders, OrderSearch, Position
from checkout.domain.errors import MiniProgramNotFound, OrderNotFound
from checkout.domain.order import Order

PORTION = 200
"""Orders of an export that are in memory at the same time."""


@dataclass(frozen=True, slots=True)
class OwnerOrders:
    """The orders of an owner's mini programs; an operator's are all."""

    orders: Orders
    search: OrderSearch
    access: Access

    async def one(self, seller: Seller, order_id: str) -> Order:
        """Raises OrderNotFound."""
        order = await self.orders.get(order_id)
        if order is None or not self.access.may_see(seller, order):
            raise OrderNotFound(order_id)
        return order

    async def page(
        self,
        seller: Seller,
        mini_program_id: str | None,
        filters: OrderFilter,
        *,
        after: Position | None,
        limit: int,
    ) -> list[tuple[Position, Order]]:
        """At most `limit` orders of all mini programs or of this one, in the order that OrderSearch states.

        Raises MiniProgramNotFound.
        """
        searched = self.searched(seller, mini_program_id)
        return await self.search.find(searched, filters, after=after, limit=limit)

    def searched(self, seller: Seller, mini_program_id: str | None) -> list[str]:
        """All mini programs of the owner, of all owners for an operator, or this one. Raises MiniProgramNotFound."""
        own = list(self.access.mini_programs_of(seller))
        if mini_program_id is None:
            return own
        if mini_program_id not in own:
            raise MiniProgramNotFound(mini_program_id)
        return [mini_program_id]

    async def all(self, searched: Sequence[str], filters: OrderFilter) -> AsyncIterator[list[Order]]:
        """All orders of these mini programs, in portions, in the order that OrderSearch states."""
        after: Position | None = None
        while found := await self.search.find(searched, filters, after=after, limit=PORTION):
            yield [order for _, order in found]
            after = found[-1][0]
