"""A buyer's orders: place, list, read, watch, cancel, receive, request a refund or withdraw it. Owners read theirs here too."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from checkout.application.order_commands import OrderCommands
from checkout.application.order_watch import OrderWatch
from checkout.application.placing import PlaceOrder
from checkout.application.reading import ReadOrders
from checkout.domain.order import Order
from checkout.http.callers import buyer_of, caller_of, sees_address
from checkout.http.order_views import cursor_after, order_view, position_in
from contracts.api.common import Page
from contracts.api.orders import OrderRequest, OrdersQuery, OrderView, RefundRequestBody, WaitQuery
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import page_of
from runtime.web.endless import EVENT_STREAM, endless
from runtime.web.idempotency import fingerprint_of, idempotency_key
from runtime.web.routes import DEADLINE_SECONDS, Route, scopes
from runtime.web.tokens import OWNER, VIEWER

KEEP_ALIVE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class OrderRoutes:
    """`buyer_of` checks the mini program in the path; domain errors are mapped in `errors.py`."""

    place: PlaceOrder
    read: ReadOrders
    commands: OrderCommands
    watch: OrderWatch

    def routes(self) -> list[Route]:
        orders = "/v1/mini-programs/{mini_program_id}/orders"
        order = f"{orders}/{{order_id}}"
        viewer, viewer_or_owner = scopes(VIEWER), scopes(VIEWER, OWNER)
        return [
            Route("POST", orders, self.place_order, viewer, deadline=2 * DEADLINE_SECONDS),
            Route("GET", orders, self.list_orders, viewer_or_owner),
            Route("GET", order, self.read_order, viewer_or_owner),
            Route("GET", f"{order}/events", self.order_events, viewer, deadline=None),
            Route("POST", f"{order}/cancellation", self.cancel, viewer),
            Route("POST", f"{order}/receipt", self.receive, viewer),
            Route("POST", f"{order}/refunds", self.request_refund, viewer),
            Route("DELETE", f"{order}/refunds/{{refund_id}}", self.withdraw_refund, viewer),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        """201 with the order; with `?wait=` as soon as it can be paid or has ended, or after that time as it is then."""
        buyer, key = buyer_of(request), idempotency_key(request)
        query = read_query(request, WaitQuery)
        body = await read_json(request, OrderRequest)
        order = await self.place(buyer, body, key=key, fingerprint=fingerprint_of(body))
        if query.wait:
            order = await self.watch.until_payable(order, query.wait)
        return json_response(order_view(order), status=201)

    async def list_orders(self, request: web.Request) -> web.Response:
        query = read_query(request, OrdersQuery)
        found = await self.read.page(
            caller_of(request),
            request.match_info["mini_program_id"],
            status=query.status,
            refund=query.refund,
            after=position_in(request, query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, next_cursor = page_of(found, query.limit, lambda order: cursor_after(request, order))
        items = [order_view(order, with_address=sees_address(request)) for order in shown]
        return json_response(Page[OrderView](items=items, next_cursor=next_cursor))

    async def read_order(self, request: web.Request) -> web.Response:
        order = await self._order(request)
        return json_response(order_view(order, with_address=sees_address(request)))

    async def order_events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the whole order, now and after each change."""
        order = await self._order(request)
        stream = web.StreamResponse(headers={"Content-Type": EVENT_STREAM, "Cache-Control": "no-store"})
        if request.method == "HEAD":
            return stream
        await stream.prepare(request)
        await stream.write(_server_sent(order))
        with endless(request), self.watch.following(order) as waiter:
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        message = _server_sent(await waiter.next_version())
                except TimeoutError:
                    message = b": keep-alive\n\n"
                await stream.write(message)

    async def cancel(self, request: web.Request) -> web.Response:
        order = await self.commands.cancel(buyer_of(request), request.match_info["order_id"])
        return json_response(order_view(order))

    async def receive(self, request: web.Request) -> web.Response:
        order = await self.commands.receive(buyer_of(request), request.match_info["order_id"])
        return json_response(order_view(order))

    async def request_refund(self, request: web.Request) -> web.Response:
        buyer, key = buyer_of(request), idempotency_key(request)
        body = await read_json(request, RefundRequestBody)
        order = await self.commands.request_refund(
            buyer,
            request.match_info["order_id"],
            body.amount.amount if body.amount else None,
            body.reason,
            key=key,
            fingerprint=fingerprint_of(body),
        )
        return json_response(order_view(order), status=201)

    async def withdraw_refund(self, request: web.Request) -> web.Response:
        path = request.match_info
        order = await self.commands.withdraw_refund(buyer_of(request), path["order_id"], path["refund_id"])
        return json_response(order_view(order))

    async def _order(self, request: web.Request) -> Order:
        path = request.match_info
        return await self.read.one(caller_of(request), path["mini_program_id"], path["order_id"])


def _server_sent(order: Order) -> bytes:
    data = order_view(order).model_dump_json()
    return f"id: {order.version}\nevent: order\ndata: {data}\n\n".encode()
