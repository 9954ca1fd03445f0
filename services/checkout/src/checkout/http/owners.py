"""What owners, and operators for them, do with orders: list, read, send, cancel, refund, note."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from checkout.application.access import Owner, Seller
from checkout.application.order_commands import OrderCommands
from checkout.application.owner_orders import OwnerOrders
from checkout.application.ports import OrderFilter
from checkout.domain.carriers import CARRIERS
from checkout.domain.order import Order
from checkout.http.callers import is_operator, owner_of, sees_address, seller_of
from checkout.http.order_csv import COLUMNS, row_of
from checkout.http.order_views import cursor_at, order_view, owner_order_view, position_in
from contracts.api.common import Page, Request
from contracts.api.order_commands import (
    NoteRequest,
    OperatorCorrection,
    OperatorNote,
    OperatorOrderFilters,
    OperatorOrdersQuery,
    OperatorReadQuery,
    OperatorReason,
    OperatorShipment,
)
from contracts.api.orders import (
    CancellationRequest,
    OrderView,
    OwnerOrderFilters,
    OwnerOrdersQuery,
    OwnerOrderView,
    ProgramOrdersQuery,
    RefundApprovalRequest,
    RefundRejectionRequest,
    RefundRequestBody,
)
from contracts.api.shipments import CarrierView, ShipmentCorrection, ShipmentRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.csv_files import csv_response
from runtime.web.cursors import page_of
from runtime.web.editing import edited_response, expected_version
from runtime.web.idempotency import fingerprint_of, idempotency_key, optional_idempotency_key
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import FINANCE, OPS, ORDERS, OWNER, PUBLIC

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=Request)


@dataclass(frozen=True, slots=True)
class OwnerRoutes:
    read: OwnerOrders
    commands: OrderCommands

    def routes(self) -> list[Route]:
        owner = scopes(OWNER)
        return [
            Route("GET", "/v1/carriers", self.list_carriers, PUBLIC),
            Route("GET", "/v1/owner/orders", self.list_orders, owner),
            Route("GET", "/v1/ops/orders", self.list_orders, scopes(OPS)),
            Route("GET", "/v1/ops/orders.csv", self.download_orders, scopes(OPS), deadline=None),
            Route("GET", "/v1/owner/mini-programs/{mini_program_id}/orders", self.list_of_program, owner),
            Route("GET", "/v1/owner/orders.csv", self.download_orders, owner, deadline=None),
            *self._routes_of_order("/v1/owner/orders/{order_id}", owner),
            *self._routes_of_order("/v1/ops/orders/{order_id}", scopes(OPS)),
        ]

    def _routes_of_order(self, order: str, who: frozenset[str]) -> list[Route]:
        """The orders of a suspended owner go on."""
        refund, sending, money = f"{order}/refunds/{{refund_id}}", roles(ORDERS), roles(FINANCE, ORDERS)
        return [
            Route("GET", order, self.read_order, who),
            *(
                Route(method, path, handler, who, roles=admitted, while_suspended=True)
                for method, path, handler, admitted in (
                    ("POST", f"{order}/shipments", self.ship, sending),
                    ("PATCH", f"{order}/shipments/{{shipment_id}}", self.correct, sending),
                    ("POST", f"{order}/cancellation", self.cancel, sending),
                    ("POST", f"{order}/notes", self.add_note, sending),
                    ("POST", f"{order}/refunds", self.refund, money),
                    ("POST", f"{refund}/approval", self.approve_refund, money),
                    ("POST", f"{refund}/rejection", self.reject_refund, money),
                )
            ),
        ]

    async def list_orders(self, request: web.Request) -> web.Response:
        query = read_query(request, OperatorOrdersQuery if is_operator(request) else OwnerOrdersQuery)
        seller, with_address = _search_of(request, query)
        found = await self.read.page(
            seller,
            query.mini_program_id,
            filter_of(query, by_phone=with_address),
            after=position_in(request, query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, next_cursor = page_of(found, query.limit, lambda one: cursor_at(request, one[0]))
        items = [owner_order_view(order, with_address=with_address) for _, order in shown]
        return json_response(Page[OwnerOrderView](items=items, next_cursor=next_cursor))

    async def list_of_program(self, request: web.Request) -> web.Response:
        """As viewers' own lists show orders."""
        query = read_query(request, ProgramOrdersQuery)
        found = await self.read.page(
            owner_of(request),
            request.match_info["mini_program_id"],
            OrderFilter(status=query.status, refund=query.refund, updated_since=query.updated_since),
            after=position_in(request, query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, next_cursor = page_of(found, query.limit, lambda one: cursor_at(request, one[0]))
        with_address = sees_address(request)
        items = [order_view(order, with_address=with_address) for _, order in shown]
        return json_response(Page[OrderView](items=items, next_cursor=next_cursor))

    async def download_orders(self, request: web.Request) -> web.StreamResponse:
        query = read_query(request, OperatorOrderFilters if is_operator(request) else OwnerOrderFilters)
        seller, with_address = _search_of(request, query)
        searched = self.read.searched(seller, query.mini_program_id)
        found = self.read.all(searched, filter_of(query, by_phone=with_address))
        rows = ([row_of(order, with_address=with_address) for order in orders] async for orders in found)
        return await csv_response(request, "orders.csv", COLUMNS, rows)

    async def read_order(self, request: web.Request) -> web.Response:
        """An operator sees the address for a reason only."""
        reason = read_query(request, OperatorReadQuery).reason if is_operator(request) else None
        order = await self.read.one(seller_of(request), request.match_info["order_id"])
        with_address = _with_address(request, reason)
        return edited_response(owner_order_view(order, with_address=with_address), order.version)

    async def ship(self, request: web.Request) -> web.Response:
        key = optional_idempotency_key(request)
        body = await _read(request, ShipmentRequest, OperatorShipment)
        lines = [(line.sku_id, line.quantity) for line in body.lines or ()]
        order = await self.commands.ship(
            seller_of(request),
            request.match_info["order_id"],
            body.named or "",
            body.tracking_number,
            lines,
            key=key,
            fingerprint=fingerprint_of(body) if key is not None else None,
        )
        return self._answer(request, order, status=201)

    async def correct(self, request: web.Request) -> web.Response:
        path = request.match_info
        body = await _read(request, ShipmentCorrection, OperatorCorrection)
        order = await self.commands.correct_shipment(
            seller_of(request),
            path["order_id"],
            path["shipment_id"],
            carrier=body.named,
            tracking_number=body.tracking_number,
            expected=expected_version(request),
        )
        return self._answer(request, order)

    async def cancel(self, request: web.Request) -> web.Response:
        body = await _read(request, CancellationRequest, CancellationRequest)
        order = await self.commands.cancel_for_shop(
            seller_of(request), request.match_info["order_id"], body.reason
        )
        return self._answer(request, order)

    async def add_note(self, request: web.Request) -> web.Response:
        body = await _read(request, NoteRequest, OperatorNote)
        order = await self.commands.add_note(seller_of(request), request.match_info["order_id"], body.text)
        return self._answer(request, order, status=201)

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
        seller, key = seller_of(request), idempotency_key(request)
        body = await _read(request, RefundRequestBody, RefundRequestBody)
        order = await self.commands.refund(
            seller,
            request.match_info["order_id"],
            body.amount.amount if body.amount else None,
            body.reason,
            key=key,
            fingerprint=fingerprint_of(body),
        )
        return self._answer(request, order, status=201)

    async def approve_refund(self, request: web.Request) -> web.Response:
        """An operator's reason is for the audit log, an owner's for the buyer."""
        path, reason = request.match_info, None
        if is_operator(request):
            await _read(request, OperatorReason, OperatorReason)
        elif request.can_read_body:
            reason = (await read_json(request, RefundApprovalRequest)).reason
        order = await self.commands.approve_refund(
            seller_of(request), path["order_id"], path["refund_id"], reason
        )
        return self._answer(request, order)

    async def reject_refund(self, request: web.Request) -> web.Response:
        path = request.match_info
        body = await _read(request, RefundRejectionRequest, RefundRejectionRequest)
        order = await self.commands.reject_refund(
            seller_of(request), path["order_id"], path["refund_id"], body.reason
        )
        return self._answer(request, order)

    def _answer(self, request: web.Request, order: Order, *, status: int = 200) -> web.Response:
        view = owner_order_view(order, with_address=sees_address(request))
        return edited_response(view, order.version, status)


def _search_of(request: web.Request, query: OwnerOrderFilters) -> tuple[Seller, bool]:
    """Whose orders are searched, and whether with their addresses."""
    if not isinstance(query, OperatorOrderFilters):
        return owner_of(request), sees_address(request)
    seller = Owner(query.owner_id) if query.owner_id is not None else seller_of(request)
    return seller, _with_address(request, query.reason)


def _with_address(request: web.Request, reason: str | None) -> bool:
    """Whether the caller sees addresses: an operator does for a reason only, which is logged."""
    shown = sees_address(request, reason=reason)
    if shown and reason is not None:
        read = {"client_id": principal_of(request).subject, "path": request.path, "reason": reason}
        log.info("an operator reads addresses", extra=read)
    return shown


async def _read(request: web.Request, model: type[Body], of_operator: type[Body]) -> Body:
    """The body; an operator's says why, for the audit log."""
    return await read_json(request, of_operator if is_operator(request) else model)


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
