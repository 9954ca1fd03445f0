"""A viewer's cart in a mini program, and quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from checkout.application.carts import KeepCart, QuoteLines
from checkout.domain.cart import Cart, Quote, QuotedLine
from checkout.domain.coupon import CouponRefused
from checkout.http.callers import buyer_of
from contracts.api.carts import CartLineView, CartRequest, CartView, QuoteRequest, QuoteView
from contracts.api.coupons import CouponRefusal
from contracts.money import cny
from runtime.web.bodies import json_response, read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, scopes
from runtime.web.tokens import VIEWER


@dataclass(frozen=True, slots=True)
class CartRoutes:
    keep: KeepCart
    quote: QuoteLines

    def routes(self) -> list[Route]:
        program, viewer = "/v1/mini-programs/{mini_program_id}", scopes(VIEWER)
        return [
            Route("GET", f"{program}/cart", self.read, viewer),
            Route("PUT", f"{program}/cart", self.put, viewer),
            Route("POST", f"{program}/quotes", self.make_quote, viewer),
        ]

    async def read(self, request: web.Request) -> web.Response:
        return _cart(*await self.keep.read(buyer_of(request)))

    async def put(self, request: web.Request) -> web.Response:
        body = await read_json(request, CartRequest)
        wanted = [(line.sku_id, line.quantity) for line in body.lines]
        return _cart(
            *await self.keep.put(buyer_of(request), wanted, body.coupon_code, expected_version(request))
        )

    async def make_quote(self, request: web.Request) -> web.Response:
        body = await read_json(request, QuoteRequest)
        wanted = [(line.sku_id, line.quantity) for line in body.lines]
        quote = await self.quote(
            buyer_of(request),
            wanted,
            region=body.region,
            address_id=body.address_id,
            coupon_code=body.coupon_code,
        )
        return json_response(QuoteView(**_quoted(quote, body.coupon_code)))


def _cart(cart: Cart, quote: Quote) -> web.Response:
    view = CartView(**_quoted(quote, cart.coupon_code), version=cart.version)
    return edited_response(view, cart.version)


def _quoted(quote: Quote, coupon_code: str | None) -> dict[str, Any]:
    amounts = quote.amounts
    return {
        "lines": [_line(line) for line in quote.lines],
        "coupon_code": coupon_code,
        "coupon_refusal": _refusal(quote.refusal) if quote.refusal is not None else None,
        "subtotal": cny(amounts.subtotal),
        "delivery_fee": cny(amounts.delivery_fee),
        "discount": cny(amounts.discount),
        "total": cny(amounts.total),
        "region": quote.region,
    }


def _refusal(refused: CouponRefused) -> CouponRefusal:
    minimum = cny(refused.minimum) if refused.minimum is not None else None
    return CouponRefusal(code=refused.refusal.value, detail=str(refused), minimum=minimum)


def _line(quoted: QuotedLine) -> CartLineView:
    line, offer = quoted.line, quoted.offer
    obstacle = quoted.obstacle.value if quoted.obstacle is not None else None
    if offer is None:
        return CartLineView(
            sku_id=line.sku_id,
            quantity=line.quantity,
            title=line.title,
            title_en=line.title_en,
            obstacle=obstacle,
        )
    return CartLineView(
        sku_id=line.sku_id,
        quantity=line.quantity,
        product_id=offer.product_id,
        title=offer.title,
        title_en=offer.title_en,
        attributes=offer.attributes,
        attributes_en=offer.attributes_en,
        image_url=offer.image_url,
        unit_price=cny(offer.price),
        line_total=cny(offer.price * line.quantity),
        available=quoted.available,
        obstacle=obstacle,
    )
