"""Reads orders for buyers and owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.application.access import Access, Buyer, Caller, Owner
from checkout.application.ports import OrderFilter, OrderQueries, Orders, OrderSearch, Position
from checkout.domain.errors import MiniProgramNotFound, OrderNotFound
from checkout.domain.order import Order


@dataclass(frozen=True, slots=True)
class ReadOrders:
    """What a caller may see of a mini program's orders."""

    orders: Orders
    queries: OrderQueries
    search: OrderSearch
    access: Access

    async def one(self, caller: Caller, mini_program_id: str, order_id: str) -> Order:
        """Raises MiniProgramNotFound and OrderNotFound."""
        self._check(caller, mini_program_id)
        order = await self.orders.get(order_id)
        if (
            order is None
            or order.mini_program_id != mini_program_id
            or not self.access.may_see(caller, order)
        ):
            raise OrderNotFound(order_id)
        return order

    async def page(
        self, caller: Caller, mini_program_id: str, *, status: str | None, after: Position | None, limit: int
    ) -> list[Order]:
        """At most `limit` orders, newest first; a buyer's own, all for the owner. Raises MiniProgramNotFound."""
        self._check(caller, mini_program_id)
        openid = caller.openid if isinstance(caller, Buyer) else None
        return await self.queries.page(
            mini_program_id, openid=openid, status=status, after=after, limit=limit
        )

    async def of_owner(self, owner: Owner, order_id: str) -> Order:
        """An order of any of the owner's mini programs. Raises OrderNotFound."""
        order = await self.orders.get(order_id)
        if order is None or not self.access.may_see(owner, order):
            raise OrderNotFound(order_id)
        return order

    async def search_of_owner(
        self,
        owner: Owner,
        mini_program_id: str | None,
        filters: OrderFilter,
        *,
        after: Position | None,
        limit: int,
    ) -> list[tuple[Position, Order]]:
        """At most `limit` orders of the owner's mini programs, or of one of them, in the order that OrderSearch states.

        Raises MiniProgramNotFound.
        """
        if mini_program_id is not None:
            self._check(owner, mini_program_id)
            searched: Sequence[str] = [mini_program_id]
        else:
            searched = self.access.owned_by(owner)
        return await self.search.find(searched, filters, after=after, limit=limit)

    def _check(self, caller: Caller, mini_program_id: str) -> None:
        if isinstance(caller, Buyer):
            visible = caller.mini_program_id == mini_program_id
        else:
            visible = self.access.owns(caller, mini_program_id)
        if not visible:
            raise MiniProgramNotFound(mini_program_id)
