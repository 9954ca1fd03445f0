"""A viewer's personal account in a mini program: addresses, counts of orders, what was looked at lately."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

from checkout.adapters.accounts import MAX_ADDRESSES, Addresses, Views
from checkout.adapters.offers import Offers
from checkout.adapters.orders import Orders
from checkout.http.access import viewer_in
from contracts.api.common import Page
from contracts.api.viewer_account import AccountPage, AddressRequest, AddressView, OrderCounts, RecentView
from contracts.money import cny
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.mongo.client import Document
from runtime.web.bodies import json_response, read_json
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route, scopes
from runtime.web.tokens import VIEWER


@dataclass(frozen=True, slots=True)
class AccountCalls:
    """The handlers, with what they need."""

    orders: Orders
    addresses: Addresses
    views: Views
    offers: Offers
    clock: Clock
    new_id: NewId

    def routes(self) -> list[Route]:
        """All of them."""
        account, viewer = "/v1/mini-programs/{mini_program_id}/account", scopes(VIEWER)
        one = f"{account}/addresses/{{address_id}}"
        return [
            Route("GET", account, self.account, viewer),
            Route("GET", f"{account}/addresses", self.list_addresses, viewer),
            Route("POST", f"{account}/addresses", self.add_address, viewer),
            Route("PUT", one, self.change_address, viewer),
            Route("DELETE", one, self.delete_address, viewer),
        ]

    async def account(self, request: web.Request) -> web.Response:
        principal, mini_program_id = viewer_in(request)
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
        principal, mini_program_id = viewer_in(request)
        found = await self.addresses.of(mini_program_id, principal.openid or "")
        return json_response(Page[AddressView](items=[_address_view(d) for d in found]))

    async def add_address(self, request: web.Request) -> web.Response:
        principal, mini_program_id = viewer_in(request)
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
        principal, mini_program_id = viewer_in(request)
        body, openid, address_id = (
            await read_json(request, AddressRequest), principal.openid or "", request.match_info["address_id"],
        )  # fmt: skip
        if not await self.addresses.change(mini_program_id, openid, address_id, body.model_dump()):
            raise not_found("the address")
        if body.is_default:
            await self.addresses.only_default(mini_program_id, openid, address_id)
        return json_response(AddressView(address_id=address_id, **body.model_dump()))

    async def delete_address(self, request: web.Request) -> web.Response:
        principal, mini_program_id = viewer_in(request)
        if not await self.addresses.delete(
            mini_program_id, principal.openid or "", request.match_info["address_id"]
        ):
            raise not_found("the address")
        return web.Response(status=204)


def _address_view(d: Document) -> AddressView:
    return AddressView(
        address_id=d["_id"],
        recipient=d["recipient"],
        phone=d["phone"],
        region=d["region"],
        street=d["street"],
        is_default=d.get("is_default", False),
    )
