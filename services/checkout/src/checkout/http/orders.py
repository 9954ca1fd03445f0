"""A viewer's orders: placed, listed, read, watched, cancelled, received, asked back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from checkout.adapters.hub import Hub
from checkout.application.commands import Commands
from checkout.application.placing import PlaceOrder, fingerprint_of
from checkout.domain.status import ENDED, Status
from checkout.http.access import Access, idempotency_key, viewer_in
from checkout.views import cursor_after, order_view, read_cursor
from contracts.api.common import Page
from contracts.api.orders import OrderRequest, OrdersQuery, OrderView, RefundRequestBody, WaitQuery
from runtime.mongo.client import Document
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.routes import DEADLINE_SECONDS, Route, scopes
from runtime.web.tokens import OWNER, VIEWER

SETTLED_ENOUGH = {Status.AWAITING_PAYMENT, Status.PAID, Status.SHIPPED, *ENDED}
"""What `?wait` waits for: the cashier link, or an end."""
KEEP_ALIVE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class OrderCalls:
    """The handlers, with what they need."""

    access: Access
    place: PlaceOrder
    commands: Commands
    hub: Hub

    def routes(self) -> list[Route]:
        """All of them; an owner reads their orders by the same calls."""
        orders = "/v1/mini-programs/{mini_program_id}/orders"
        one = f"{orders}/{{order_id}}"
        viewer, both = scopes(VIEWER), scopes(VIEWER, OWNER)
        return [
            Route("POST", orders, self.place_order, viewer, deadline=2 * DEADLINE_SECONDS),
            Route("GET", orders, self.list_orders, both),
            Route("GET", one, self.read_order, both),
            Route("GET", f"{one}/events", self.order_events, viewer, deadline=None),
            Route("POST", f"{one}/cancellation", self.cancel, viewer),
            Route("POST", f"{one}/receipt", self.receive, viewer),
            Route("POST", f"{one}/refunds", self.ask_refund, viewer),
            Route("GET", "/v1/owner/mini-programs/{mini_program_id}/orders", self.list_orders, scopes(OWNER)),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        principal, mini_program_id = viewer_in(request)
        key = idempotency_key(request)
        query = read_query(request, WaitQuery)
        wanted = await read_json(request, OrderRequest)
        order_id, is_new = await self.place(
            principal, mini_program_id, wanted, key, fingerprint_of(await request.read())
        )
        known = self.access.orders.recent(order_id, version=1) if is_new else None
        document = known or await self.access.document(order_id)
        if query.wait:
            document = await self._settled_enough(document, query.wait)
        return json_response(order_view(document), status=201)

    async def list_orders(self, request: web.Request) -> web.Response:
        query = read_query(request, OrdersQuery)
        mini_program_id, match = self.access.whose(request)
        if query.status is not None:
            match["status"] = query.status
        found = await self.access.orders.page(
            mini_program_id, match, read_cursor(query.cursor), query.limit + 1
        )
        shown = found[: query.limit]
        following = cursor_after(shown[-1]) if len(found) > query.limit else None
        return json_response(Page[OrderView](items=[order_view(d) for d in shown], next_cursor=following))

    async def read_order(self, request: web.Request) -> web.Response:
        return json_response(order_view(await self.access.visible(request)))

    async def order_events(self, request: web.Request) -> web.StreamResponse:
        document = await self.access.visible(request)
        order_id, shown = str(document["_id"]), 0
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        with self.hub.changes_of(order_id, document["version"]) as changed:
            while True:
                if document["version"] != shown:
                    shown = document["version"]
                    data = order_view(document).model_dump_json()
                    await stream.write(f"id: {shown}\nevent: order\ndata: {data}\n\n".encode())
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        await changed.wait()
                except TimeoutError:
                    await stream.write(b": still here\n\n")
                else:
                    changed.clear()
                    document = await self.access.document(order_id)

    async def cancel(self, request: web.Request) -> web.Response:
        order_id = str((await self.access.visible(request))["_id"])
        await self.commands.cancel(order_id)
        return await self.access.answer(order_id)

    async def receive(self, request: web.Request) -> web.Response:
        order_id = str((await self.access.visible(request))["_id"])
        await self.commands.receive(order_id)
        return await self.access.answer(order_id)

    async def ask_refund(self, request: web.Request) -> web.Response:
        key = idempotency_key(request)
        body = await read_json(request, RefundRequestBody)
        order_id = str((await self.access.visible(request))["_id"])
        await self.commands.ask_refund(order_id, body, key, fingerprint_of(await request.read()))
        return await self.access.answer(order_id, status=201)

    async def _settled_enough(self, document: Document, seconds: float) -> Document:
        """The order once the cashier link is there or it has ended; as it is after `seconds`."""
        order_id = document["_id"]
        with self.hub.changes_of(order_id, document["version"]) as changed, suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while document["status"] not in SETTLED_ENOUGH:
                    await changed.wait()
                    changed.clear()
                    known = self.access.orders.recent(order_id, changed.version)
                    document = known or await self.access.document(order_id)
        return document
