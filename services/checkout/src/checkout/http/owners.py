"""An owner's work on an order: ship it, approve or reject a refund."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.order_commands import OrderCommands
from checkout.http.callers import owner_of
from checkout.http.order_views import order_view
from contracts.api.orders import ShipmentRequest
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, ORDERS, OWNER


@dataclass(frozen=True, slots=True)
class OwnerRoutes:
    commands: OrderCommands

    def routes(self) -> list[Route]:
        order, owner = "/v1/owner/orders/{order_id}", scopes(OWNER)
        return [
            Route("POST", f"{order}/shipments", self.ship, owner, roles=roles(ORDERS)),
            Route(
                "POST",
                f"{order}/refunds/{{refund_id}}/approval",
                self.approve_refund,
                owner,
                roles=roles(FINANCE, ORDERS),
            ),
            Route(
                "POST",
                f"{order}/refunds/{{refund_id}}/rejection",
                self.reject_refund,
                owner,
                roles=roles(FINANCE, ORDERS),
            ),
        ]

    async def ship(self, request: web.Request) -> web.Response:
        body = await read_json(request, ShipmentRequest)
        lines = [(line.sku_id, line.quantity) for line in body.lines or ()]
        order = await self.commands.ship(
            owner_of(request), request.match_info["order_id"], body.carrier, body.tracking_number, lines
        )
        return json_response(order_view(order), status=201)

    async def approve_refund(self, request: web.Request) -> web.Response:
        path = request.match_info
        order = await self.commands.approve_refund(owner_of(request), path["order_id"], path["refund_id"])
        return json_response(order_view(order))

    async def reject_refund(self, request: web.Request) -> web.Response:
        path = request.match_info
        order = await self.commands.reject_refund(owner_of(request), path["order_id"], path["refund_id"])
        return json_response(order_view(order))
