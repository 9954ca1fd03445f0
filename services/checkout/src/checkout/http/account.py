"""A buyer's account in a mini program: addresses, numbers of orders, recently viewed products."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.account import ReadAccount
from checkout.application.address_book import AddressBook
from checkout.domain.account import ProductCard, ProductView, SavedAddress
from checkout.domain.purchase import Address
from checkout.http.callers import buyer_of
from contracts.api.common import Page
from contracts.api.viewer_account import AccountPage, AddressRequest, AddressView, OrderCounts, RecentView
from contracts.money import cny
from runtime.web.bodies import json_response, read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.idempotency import fingerprint_of, optional_idempotency_key
from runtime.web.routes import Route, scopes
from runtime.web.tokens import VIEWER


@dataclass(frozen=True, slots=True)
class AccountRoutes:
    read_account: ReadAccount
    book: AddressBook

    def routes(self) -> list[Route]:
        account, viewer = "/v1/mini-programs/{mini_program_id}/account", scopes(VIEWER)
        addresses = f"{account}/addresses"
        address = f"{addresses}/{{address_id}}"
        return [
            Route("GET", account, self.account, viewer),
            Route("GET", addresses, self.list_addresses, viewer),
            Route("POST", addresses, self.add_address, viewer),
            Route("GET", address, self.read_address, viewer),
            Route("PUT", address, self.change_address, viewer),
            Route("DELETE", address, self.delete_address, viewer),
        ]

    async def account(self, request: web.Request) -> web.Response:
        buyer = buyer_of(request)
        account = await self.read_account(buyer)
        page = AccountPage(
            openid=buyer.openid,
            addresses=[_address_view(saved) for saved in account.addresses],
            orders=OrderCounts.model_validate(account.counts),
            recently_viewed=[_recent_view(view, card) for view, card in account.viewed],
        )
        return json_response(page)

    async def list_addresses(self, request: web.Request) -> web.Response:
        saved = await self.book.all(buyer_of(request))
        return json_response(Page[AddressView](items=[_address_view(address) for address in saved]))

    async def add_address(self, request: web.Request) -> web.Response:
        buyer = buyer_of(request)
        body = await read_json(request, AddressRequest)
        saved = await self.book.add(
            buyer,
            _address(body),
            is_default=body.is_default,
            key=optional_idempotency_key(request),
            fingerprint=fingerprint_of(body),
        )
        return _answer(saved, status=201)

    async def read_address(self, request: web.Request) -> web.Response:
        return _answer(await self.book.get(buyer_of(request), request.match_info["address_id"]))

    async def change_address(self, request: web.Request) -> web.Response:
        buyer = buyer_of(request)
        body = await read_json(request, AddressRequest)
        saved = await self.book.replace(
            buyer,
            request.match_info["address_id"],
            _address(body),
            is_default=body.is_default,
            expected=expected_version(request),
        )
        return _answer(saved)

    async def delete_address(self, request: web.Request) -> web.Response:
        await self.book.delete(buyer_of(request), request.match_info["address_id"])
        return web.Response(status=204)


def _answer(saved: SavedAddress, *, status: int = 200) -> web.Response:
    return edited_response(_address_view(saved), saved.version, status)


def _address(body: AddressRequest) -> Address:
    return Address(body.recipient, body.phone, body.region, body.street)


def _address_view(saved: SavedAddress) -> AddressView:
    address = saved.address
    return AddressView(
        address_id=saved.address_id,
        recipient=address.recipient,
        phone=address.phone,
        region=address.region,
        street=address.street,
        is_default=saved.is_default,
        version=saved.version,
    )


def _recent_view(view: ProductView, card: ProductCard) -> RecentView:
    return RecentView(
        product_id=view.product_id,
        mini_program_id=view.mini_program_id,
        title=card.title,
        title_en=card.title_en,
        price=cny(card.price),
        image_url=card.image,
        viewed_at=view.at,
    )
