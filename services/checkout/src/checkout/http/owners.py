"""What an owner does with an order: send it, agree to give money back or decline."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.commands import Commands
from checkout.http.access import Access
from contracts.api.orders import ShipmentRequest
from runtime.web.bodies import read_json
from runtime.web.routes import Route, scopes
from runtime.web.tokens import OWNER


@dataclass(frozen=True, slots=True)
class OwnerCalls:
    """The handlers, with what they need."""

    access: Access
    commands: Commands

    def routes(self) -> list[Route]:
        """All of them."""
        one, owner = "/v1/owner/orders/{order_id}", scopes(OWNER)
        return [
            Route("POST", f"{one}/shipments", self.ship, owner),
            Route("POST", f"{one}/refunds/{{refund_id}}/approval", self.approve_refund, owner),
            Route("POST", f"{one}/refunds/{{refund_id}}/rejection", self.decline_refund, owner),
        ]

    async def ship(self, request: web.Request) -> web.Response:
        order_id = self.access.owned_id(request)
        await self.commands.ship(order_id, await read_json(request, ShipmentRequest))
        return await self.access.answer(order_id, status=201)

    async def approve_refund(self, request: web.Request) -> web.Response:
        return await self._judge(request, approve=True)

    async def decline_refund(self, request: web.Request) -> web.Response:
        return await self._judge(request, approve=False)

    async def _judge(self, request: web.Request, *, approve: bool) -> web.Response:
        order_id = self.access.owned_id(request)
        await self.commands.judge_refund(order_id, request.match_info["refund_id"], approve=approve)
        return await self.access.answer(order_id)
