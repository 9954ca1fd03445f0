"""Reads orders for buyers and owners."""

from __future__ import annotations

from dataclasses import dataclass

from checkout.application.access import Access, Buyer, Caller, Operator
from checkout.application.ports import OrderQueries, Orders, Position
from checkout.domain.errors import MiniProgramNotFound, OrderNotFound
from checkout.domain.order import Order


@dataclass(frozen=True, slots=True)
class ReadOrders:
    """What a caller may see of a mini program's orders."""

    orders: Orders
    queries: OrderQueries
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
        self,
        caller: Caller,
        mini_program_id: str,
        *,
        status: str | None,
        refund: str | None,
        after: Position | None,
        limit: int,
    ) -> list[Order]:
        """At most `limit` orders, newest first; a buyer's own, all for the owner. Raises MiniProgramNotFound."""
        self._check(caller, mini_program_id)
        openid = caller.openid if isinstance(caller, Buyer) else None
        return await self.queries.page(
            mini_program_id, openid=openid, status=status, refund=refund, after=after, limit=limit
        )

    def _check(self, caller: Caller, mini_program_id: str) -> None:
        if isinstance(caller, Operator):
            visible = True
        elif isinstance(caller, Buyer):
            visible = caller.mini_program_id == mini_program_id
        else:
            visible = self.access.owns(caller, mini_program_id)
        if not visible:
            raise MiniProgramNotFound(mini_program_id)
