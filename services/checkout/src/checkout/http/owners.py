"""An owner's orders: list, read, ship; approve or reject refunds."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.order_commands import OrderCommands
from checkout.application.owner_orders import OwnerOrders
from checkout.application.ports import OrderFilter
from checkout.domain.carriers import CARRIERS
from checkout.domain.order import Order
from checkout.http.callers import owner_of, sees_address
from checkout.http.order_views import cursor_at, order_view, position_in
from contracts.api.common import Page
from contracts.api.orders import (
    CancellationRequest,
    OrderView,
    OwnerOrderFilters,
    OwnerOrdersQuery,
    RefundRejectionRequest,
    RefundRequestBody,
)
from contracts.api.shipments import CarrierView, ShipmentCorrection, ShipmentRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.idempotency import fingerprint_of, idempotency_key
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, ORDERS, OWNER, PUBLIC


@dataclass(frozen=True, slots=True)
class OwnerRoutes:
    read: OwnerOrders
    commands: OrderCommands

    def routes(self) -> list[Route]:
        order, owner = "/v1/owner/orders/{order_id}", scopes(OWNER)
        return [
            Route("GET", "/v1/owner/orders", self.list_orders, owner),
            Route("GET", order, self.read_order, owner),
            Route("POST", f"{order}/shipments", self.ship, owner, roles=roles(ORDERS)),
            Route("PATCH", f"{order}/shipments/{{shipment_id}}", self.correct, owner, roles=roles(ORDERS)),
            Route("POST", f"{order}/cancellation", self.cancel, owner, roles=roles(ORDERS)),
            Route("GET", "/v1/carriers", self.list_carriers, PUBLIC),
            Route("POST", f"{order}/refunds", self.refund, owner, roles=roles(FINANCE, ORDERS)),
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

    async def list_orders(self, request: web.Request) -> web.Response:
        """One order more than `limit` is read, to know whether there is a next page."""
        query = read_query(request, OwnerOrdersQuery)
        found = await self.read.page(
            owner_of(request),
            query.mini_program_id,
            filter_of(query, by_phone=sees_address(request)),
            after=position_in(query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, with_address = found[: query.limit], sees_address(request)
        items = [order_view(order, with_address=with_address) for _, order in shown]
        next_cursor = cursor_at(shown[-1][0]) if len(found) > query.limit else None
        return json_response(Page[OrderView](items=items, next_cursor=next_cursor))

    async def read_order(self, request: web.Request) -> web.Response:
        return self._answer(request, await self.read.one(owner_of(request), request.match_info["order_id"]))

    async def ship(self, request: web.Request) -> web.Response:
        body = await read_json(request, ShipmentRequest)
        lines = [(line.sku_id, line.quantity) for line in body.lines or ()]
        order = await self.commands.ship(
            owner_of(request), request.match_info["order_id"], body.named or "", body.tracking_number, lines
        )
        return self._answer(request, order, status=201)

    async def correct(self, request: web.Request) -> web.Response:
        path = request.match_info
        body = await read_json(request, ShipmentCorrection)
        order = await self.commands.correct_shipment(
            owner_of(request),
            path["order_id"],
            path["shipment_id"],
            carrier=body.named,
            tracking_number=body.tracking_number,
        )
        return self._answer(request, order)

    async def cancel(self, request: web.Request) -> web.Response:
        body = await read_json(request, CancellationRequest)
        order = await self.commands.cancel_for_shop(
            owner_of(request), request.match_info["order_id"], body.reason
        )
        return self._answer(request, order)

    async def list_carriers(self, request: web.Request) -> web.Response:
        views = [
            CarrierView(
                carrier_id=carrier.carrier_id,
                name=carrier.name,
                name_en=carrier.name_en,
                tracking_url=carrier.tracking_url,
            )
            for carrier in CARRIERS
        ]
        return json_response(Page[CarrierView](items=views))

    async def refund(self, request: web.Request) -> web.Response:
        owner, key = owner_of(request), idempotency_key(request)
        body = await read_json(request, RefundRequestBody)
        order = await self.commands.refund(
            owner,
            request.match_info["order_id"],
            body.amount.amount if body.amount else None,
            body.reason,
            key=key,
            fingerprint=fingerprint_of(body),
        )
        return self._answer(request, order, status=201)

    async def approve_refund(self, request: web.Request) -> web.Response:
        path = request.match_info
        order = await self.commands.approve_refund(owner_of(request), path["order_id"], path["refund_id"])
        return self._answer(request, order)

    async def reject_refund(self, request: web.Request) -> web.Response:
        path = request.match_info
        body = await read_json(request, RefundRejectionRequest)
        order = await self.commands.reject_refund(
            owner_of(request), path["order_id"], path["refund_id"], body.reason
        )
        return self._answer(request, order)

    def _answer(self, request: web.Request, order: Order, *, status: int = 200) -> web.Response:
        return json_response(order_view(order, with_address=sees_address(request)), status=status)


def filter_of(query: OwnerOrderFilters, *, by_phone: bool) -> OrderFilter:
    return OrderFilter(
        status=query.status,
        refund=query.refund,
        placed_from=query.placed_from,
        placed_before=query.placed_to,
        updated_since=query.updated_since,
        text=query.q,
        by_phone=by_phone,
    )
