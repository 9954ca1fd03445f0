"""Checkout's calls: a viewer's own orders and addresses, an owner's orders. A host's token is good for none of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from checkout.adapters.accounts import MAX_ADDRESSES, Addresses, Views
from checkout.adapters.hub import Hub, Waiter
from checkout.adapters.offers import Offers
from checkout.adapters.orders import Orders, mini_program_of
from checkout.adapters.registry import Registry
from checkout.application.commands import Commands
from checkout.application.placing import PlaceOrder, fingerprint_of
from checkout.domain.status import ENDED, Status
from checkout.views import cursor_after, order_view, read_cursor
from contracts.api.common import Page
from contracts.api.orders import (
    AccountPage,
    AddressRequest,
    AddressView,
    OrderCounts,
    OrderRequest,
    OrdersQuery,
    OrderView,
    RecentView,
    RefundRequestBody,
    ShipmentRequest,
    WaitQuery,
)
from contracts.money import cny
from runtime.clock import Clock
from runtime.http import DEADLINE_SECONDS, Route, json_response, principal_of, read_json, read_query, scopes
from runtime.ids import NewId
from runtime.mongo import Document
from runtime.problems import Problem, not_found
from runtime.tokens import OWNER, VIEWER, Principal

SETTLED_ENOUGH = {Status.AWAITING_PAYMENT, Status.PAID, Status.SHIPPED, *ENDED}
"""What `?wait` waits for: the cashier link, or an end."""
KEEP_ALIVE_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 1.0
IDEMPOTENCY_KEY = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Calls:
    """The handlers, with what they need."""

    orders: Orders
    registry: Registry
    place: PlaceOrder
    commands: Commands
    addresses: Addresses
    views: Views
    offers: Offers
    hub: Hub
    clock: Clock
    new_id: NewId

    def routes(self) -> list[Route]:
        """All of them."""
        one = "/v1/mini-programs/{mini_program_id}"
        viewer, owner = scopes(VIEWER), scopes(OWNER)
        both = scopes(VIEWER, OWNER)
        patient = 2 * DEADLINE_SECONDS
        return [
            Route("POST", f"{one}/orders", self.place_order, viewer, deadline=patient),
            Route("GET", f"{one}/orders", self.list_orders, both),
            Route("GET", f"{one}/orders/{{order_id}}", self.read_order, both),
            Route("GET", f"{one}/orders/{{order_id}}/events", self.order_events, viewer, deadline=None),
            Route("POST", f"{one}/orders/{{order_id}}/cancellation", self.cancel, viewer),
            Route("POST", f"{one}/orders/{{order_id}}/receipt", self.receive, viewer),
            Route("POST", f"{one}/orders/{{order_id}}/refunds", self.ask_refund, viewer),
            Route("GET", f"{one}/account", self.account, viewer),
            Route("GET", f"{one}/account/addresses", self.list_addresses, viewer),
            Route("POST", f"{one}/account/addresses", self.add_address, viewer),
            Route("PUT", f"{one}/account/addresses/{{address_id}}", self.change_address, viewer),
            Route("DELETE", f"{one}/account/addresses/{{address_id}}", self.delete_address, viewer),
            Route("GET", "/v1/owner/mini-programs/{mini_program_id}/orders", self.list_orders, owner),
            Route("POST", "/v1/owner/orders/{order_id}/shipments", self.ship, owner),
            Route(
                "POST", "/v1/owner/orders/{order_id}/refunds/{refund_id}/approval", self.approve_refund, owner
            ),
            Route(
                "POST",
                "/v1/owner/orders/{order_id}/refunds/{refund_id}/rejection",
                self.decline_refund,
                owner,
            ),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        principal, mini_program_id = self._viewer(request)
        key = _idempotency_key(request)
        query = read_query(request, WaitQuery)
        wanted = await read_json(request, OrderRequest)
        order_id, is_new = await self.place(
            principal, mini_program_id, wanted, key, fingerprint_of(await request.read())
        )
        known = self.orders.recent(order_id, version=1) if is_new else None
        document = known or await self._document(mini_program_id, order_id)
        if query.wait:
            document = await self._settled_enough(document, query.wait)
        return json_response(order_view(document), status=201)

    async def list_orders(self, request: web.Request) -> web.Response:
        query = read_query(request, OrdersQuery)
        mini_program_id, match = self._whose(request)
        if query.status is not None:
            match["status"] = query.status
        found = await self.orders.page(mini_program_id, match, read_cursor(query.cursor), query.limit + 1)
        shown = found[: query.limit]
        following = cursor_after(shown[-1]) if len(found) > query.limit else None
        return json_response(Page[OrderView](items=[order_view(d) for d in shown], next_cursor=following))

    async def read_order(self, request: web.Request) -> web.Response:
        return json_response(order_view(await self._visible(request)))

    async def order_events(self, request: web.Request) -> web.StreamResponse:
        document = await self._visible(request)
        mini_program_id, order_id = document["mini_program_id"], document["_id"]
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        with self.hub.changes_of(order_id) as changed:
            shown = 0
            while True:
                changed.clear()
                document = await self._document(mini_program_id, order_id)
                if document["version"] != shown:
                    shown = document["version"]
                    data = order_view(document).model_dump_json()
                    await stream.write(f"id: {shown}\nevent: order\ndata: {data}\n\n".encode())
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        await changed.wait()
                except TimeoutError:
                    await stream.write(b": still here\n\n")

    async def cancel(self, request: web.Request) -> web.Response:
        return await self._command(request, self.commands.cancel(await self._visible_id(request)))

    async def receive(self, request: web.Request) -> web.Response:
        return await self._command(request, self.commands.receive(await self._visible_id(request)))

    async def ask_refund(self, request: web.Request) -> web.Response:
        key = _idempotency_key(request)
        body = await read_json(request, RefundRequestBody)
        fingerprint = fingerprint_of(await request.read())
        order_id = await self._visible_id(request)
        return await self._command(
            request, self.commands.ask_refund(order_id, body, key, fingerprint), status=201
        )

    async def ship(self, request: web.Request) -> web.Response:
        order_id = await self._owned_id(request)
        body = await read_json(request, ShipmentRequest)
        return await self._command(request, self.commands.ship(order_id, body), status=201)

    async def approve_refund(self, request: web.Request) -> web.Response:
        return await self._judge_refund(request, approve=True)

    async def decline_refund(self, request: web.Request) -> web.Response:
        return await self._judge_refund(request, approve=False)

    async def _judge_refund(self, request: web.Request, *, approve: bool) -> web.Response:
        order_id = await self._owned_id(request)
        judgement = self.commands.judge_refund(order_id, request.match_info["refund_id"], approve=approve)
        return await self._command(request, judgement)

    async def account(self, request: web.Request) -> web.Response:
        principal, mini_program_id = self._viewer(request)
        openid = principal.openid or ""
        addresses, counts = await asyncio.gather(
            self.addresses.of(mini_program_id, openid), self.orders.counts(mini_program_id, openid)
        )
        page = AccountPage(
            openid=openid,
            addresses=[_address_view(d) for d in addresses],
            orders=OrderCounts.model_validate(counts),
            recently_viewed=await self._recently_viewed(mini_program_id, principal.viewer or ""),
        )
        return json_response(page)

    async def _recently_viewed(self, mini_program_id: str, viewer: str) -> list[RecentView]:
        viewed = await self.views.of(mini_program_id, viewer)
        cards = await self.offers.cards([v["product_id"] for v in viewed])
        return [
            RecentView(
                product_id=v["product_id"],
                mini_program_id=mini_program_id,
                title=cards[v["product_id"]]["title"],
                price=cny(min(sku["price"] for sku in cards[v["product_id"]]["skus"])),
                image_url=cards[v["product_id"]]["image"],
                viewed_at=v["at"],
            )
            for v in viewed
            if v["product_id"] in cards
        ]

    async def list_addresses(self, request: web.Request) -> web.Response:
        principal, mini_program_id = self._viewer(request)
        found = await self.addresses.of(mini_program_id, principal.openid or "")
        return json_response(Page[AddressView](items=[_address_view(d) for d in found]))

    async def add_address(self, request: web.Request) -> web.Response:
        principal, mini_program_id = self._viewer(request)
        body, openid, address_id = (
            await read_json(request, AddressRequest),
            principal.openid or "",
            self.new_id(),
        )
        if len(await self.addresses.of(mini_program_id, openid)) >= MAX_ADDRESSES:
            raise Problem(409, "too_many_addresses", f"at most {MAX_ADDRESSES} addresses; delete one first")
        await self.addresses.add(address_id, mini_program_id, openid, body.model_dump(), self.clock())
        if body.is_default:
            await self.addresses.only_default(mini_program_id, openid, address_id)
        return json_response(AddressView(address_id=address_id, **body.model_dump()), status=201)

    async def change_address(self, request: web.Request) -> web.Response:
        principal, mini_program_id = self._viewer(request)
        body, openid, address_id = (
            await read_json(request, AddressRequest), principal.openid or "", request.match_info["address_id"],
        )  # fmt: skip
        if not await self.addresses.change(mini_program_id, openid, address_id, body.model_dump()):
            raise not_found("the address")
        if body.is_default:
            await self.addresses.only_default(mini_program_id, openid, address_id)
        return json_response(AddressView(address_id=address_id, **body.model_dump()))

    async def delete_address(self, request: web.Request) -> web.Response:
        principal, mini_program_id = self._viewer(request)
        if not await self.addresses.delete(
            mini_program_id, principal.openid or "", request.match_info["address_id"]
        ):
            raise not_found("the address")
        return web.Response(status=204)

    def _viewer(self, request: web.Request) -> tuple[Principal, str]:
        """The viewer, in their own mini program; any other does not exist for them."""
        principal, mini_program_id = principal_of(request), request.match_info["mini_program_id"]
        if principal.mini_program_id != mini_program_id:
            raise not_found("the mini program")
        return principal, mini_program_id

    def _whose(self, request: web.Request) -> tuple[str, Document]:
        """The mini program, and the filter for what the caller may see of it."""
        principal, mini_program_id = principal_of(request), request.match_info["mini_program_id"]
        if principal.has(VIEWER):
            self._viewer(request)
            return mini_program_id, {"openid": principal.openid or ""}
        program = self.registry.get(mini_program_id)
        if program is None or program.owner_id != principal.owner_id:
            raise not_found("the mini program")
        return mini_program_id, {}

    async def _visible(self, request: web.Request) -> Document:
        """The order, if the caller may see it; 404 else."""
        mini_program_id, match = self._whose(request)
        document = await self.orders.document(mini_program_id, request.match_info["order_id"], **match)
        if document is None:
            raise not_found("the order")
        return document

    async def _visible_id(self, request: web.Request) -> str:
        return str((await self._visible(request))["_id"])

    async def _owned_id(self, request: web.Request) -> str:
        order_id = request.match_info["order_id"]
        program = self.registry.get(mini_program_of(order_id) or "")
        if program is None or program.owner_id != principal_of(request).owner_id:
            raise not_found("the order")
        return order_id

    async def _document(self, mini_program_id: str, order_id: str) -> Document:
        document = await self.orders.document(mini_program_id, order_id)
        if document is None:
            raise not_found("the order")
        return document

    async def _command(self, request: web.Request, command: object, status: int = 200) -> web.Response:
        await command  # type: ignore[misc]
        order_id = request.match_info["order_id"]
        return json_response(
            order_view(await self._document(mini_program_of(order_id) or "", order_id)), status
        )

    async def _settled_enough(self, document: Document, seconds: float) -> Document:
        """The order once the cashier link is there or it has ended; as it is after `seconds`."""
        mini_program_id, order_id = document["mini_program_id"], document["_id"]
        with self.hub.changes_of(order_id) as changed, suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while document["status"] not in SETTLED_ENOUGH:
                    await _set_or_late(changed)
                    known = self.orders.recent(order_id, changed.version) if changed.version else None
                    document = known or await self._document(mini_program_id, order_id)
        return document


async def _set_or_late(changed: Waiter) -> None:
    """Until the order may have changed. Now and then it is looked at even so: a change could have come before we listened."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_AGAIN_SECONDS):
            await changed.wait()
    changed.clear()


def _idempotency_key(request: web.Request) -> str:
    key = request.headers.get(IDEMPOTENCY_KEY, "").strip()
    if not key:
        raise Problem(
            400, "idempotency_key_missing", f"send the header {IDEMPOTENCY_KEY} with a key of your own"
        )
    if len(key) > 255 or not key.isprintable():
        raise Problem(
            400, "idempotency_key_invalid", f"{IDEMPOTENCY_KEY} takes up to 255 printable characters"
        )
    return key


def _address_view(d: Document) -> AddressView:
    return AddressView(
        address_id=d["_id"],
        recipient=d["recipient"],
        phone=d["phone"],
        region=d["region"],
        street=d["street"],
        is_default=d.get("is_default", False),
    )
