"""Placing an order: prices, titles and terms are the server's own, of this moment.

The order's id is made of who buys and of the caller's `Idempotency-Key`, so that the insert itself decides which of
several equal requests is the first; the others find the order that it made.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.adapters.accounts import Addresses
from checkout.adapters.offers import Offer, Offers
from checkout.adapters.orders import Orders
from checkout.adapters.registry import MiniProgram, Registry
from checkout.domain.order import Attribution, Line, Order, Terms
from contracts.api.orders import OrderRequest
from contracts.tokens.clicks import NOBODY, BadClick, Click, read_click
from runtime.clock import Clock
from runtime.mongo.client import Document
from runtime.web.problems import Problem, not_found
from runtime.web.tokens import Principal

MAX_TOTAL = 10_000_000_000
"""100,000,000 yuan, Alipay's limit for one trade."""


def order_id_of(mini_program_id: str, openid: str, key: str) -> str:
    """The id that this buyer's request with this key has, always: mini program, `_`, 26 characters of base 32."""
    digest = hashlib.sha256("\x1f".join((mini_program_id, openid, key)).encode()).digest()
    return f"{mini_program_id}_{base64.b32encode(digest).decode()[:26]}"


def fingerprint_of(body: bytes) -> str:
    """Tells two requests under one key apart."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """The use case."""

    orders: Orders
    offers: Offers
    registry: Registry
    addresses: Addresses
    clock: Clock
    click_secret: str
    time_to_pay: timedelta

    async def __call__(
        self, principal: Principal, mini_program_id: str, request: OrderRequest, key: str, fingerprint: str
    ) -> tuple[str, bool]:
        """The id of the order, and whether it was placed now or by an equal request before. Raises Problem."""
        openid = principal.openid or ""
        order_id = order_id_of(mini_program_id, openid, key)
        program = self._program(principal, mini_program_id)
        try:
            order, private = await self._order(principal, program, request, order_id)
        except Problem:
            if await self._repeated(order_id, mini_program_id, fingerprint):
                return order_id, False
            raise
        events = order.place()
        is_new = await self.orders.insert(order, events, private | {"fingerprint": fingerprint})
        if not is_new:
            await self._repeated(order_id, mini_program_id, fingerprint)
        return order_id, is_new

    async def _repeated(self, order_id: str, mini_program_id: str, fingerprint: str) -> bool:
        """Whether the order is there already; raises Problem 422 when another request made it under the same key."""
        first = await self.orders.document(mini_program_id, order_id)
        if first is None:
            return False
        if first["fingerprint"] != fingerprint:
            raise Problem(
                422,
                "idempotency_key_reused",
                "this Idempotency-Key was used with another body; take a new key",
            )
        return True

    def _program(self, principal: Principal, mini_program_id: str) -> MiniProgram:
        program = self.registry.get(mini_program_id)
        if program is None:
            raise Problem(
                503, "not_ready", "this mini program cannot take orders yet; try again", retry_after=2
            )
        if principal.host_id not in program.hosts or program.state == "registered":
            raise not_found("the mini program")
        if program.state == "suspended":
            raise Problem(409, "suspended", "this mini program is suspended and takes no orders")
        return program

    async def _order(
        self, principal: Principal, program: MiniProgram, request: OrderRequest, order_id: str
    ) -> tuple[Order, Document]:
        now = self.clock()
        click_id = request.click_id or principal.click_id
        click = self._click(principal, request.click_id, principal.click_id)
        offers = await self.offers.of(program.mini_program_id, [line.sku_id for line in request.lines])
        lines = _lines(request, offers, click)
        address = await self._address(principal, program.mini_program_id, request)
        order = Order(
            order_id=order_id,
            mini_program_id=program.mini_program_id,
            host_id=principal.host_id or "",
            openid=principal.openid or "",
            lines=lines,
            placed_at=now,
            expires_at=_whole_second(now + self.time_to_pay),
            region=address["region"],
            attribution=_attribution(principal, click, click_id, lines),
            merchant=program.merchant,
            payment_product=request.payment.product if request.payment else "wap",
            return_url=request.return_url,
        )
        _check_total(order.total, request)
        return order, {"address": address}

    def _click(self, principal: Principal, given: str | None, of_session: str | None) -> Click | None:
        """The click that counts: one given with the order must be good; a session's old one is simply not counted."""
        for click_id, must_be_good in ((given, True), (of_session, False)):
            if click_id is None:
                continue
            try:
                click = read_click(click_id, self.click_secret)
                if click.host_id == principal.host_id and click.viewer in (NOBODY, principal.viewer):
                    return click
                wrong = "it is another viewer's"
            except BadClick:
                wrong = "it is not a click of this platform, or older than seven days"
            if must_be_good:
                raise Problem(
                    422, "invalid_click", f"click_id is wrong: {wrong}", errors=[("click_id", wrong)]
                )
        return None

    async def _address(self, principal: Principal, mini_program_id: str, request: OrderRequest) -> Document:
        if request.address is not None:
            return request.address.model_dump()
        saved = await self.addresses.get(mini_program_id, principal.openid or "", request.address_id or "")
        if saved is None:
            message = "no address of yours in this mini program has this id"
            raise Problem(422, "unknown_address", message, errors=[("address_id", message)])
        return {name: saved[name] for name in ("recipient", "phone", "region", "street")}


def _lines(request: OrderRequest, offers: dict[str, Offer], click: Click | None) -> tuple[Line, ...]:
    unknown = [
        (f"lines[{n}].sku_id", "no SKU of this mini program has this id")
        for n, line in enumerate(request.lines)
        if line.sku_id not in offers
    ]
    if unknown:
        raise Problem(422, "unknown_sku", "a SKU is not known in this mini program", errors=unknown)
    gone = [line.sku_id for line in request.lines if not offers[line.sku_id].listed]
    if gone:
        raise Problem(409, "delisted", f"no longer sold: {', '.join(gone)}")
    return tuple(_line(offers[line.sku_id], line.quantity, click) for line in request.lines)


def _line(offer: Offer, quantity: int, click: Click | None) -> Line:
    brought = click is not None and click.creator_id is not None and click.product_id == offer.product_id
    terms = offer.terms if brought else Terms(offer.terms.platform_bp, 0, offer.terms.terms_version)
    return Line(
        offer.sku_id, offer.product_id, offer.title, offer.attributes, offer.price, quantity, offer.product_version, terms
    )  # fmt: skip


def _attribution(
    principal: Principal, click: Click | None, click_id: str | None, lines: tuple[Line, ...]
) -> Attribution:
    """A click counts for the product that was clicked, and for no other."""
    counts = click is not None and (
        click.product_id in {line.product_id for line in lines}
        or (click.product_id is None and click.mini_program_id == principal.mini_program_id)
    )
    if click is None or not counts:
        return Attribution(surface=principal.surface or "direct")
    return Attribution(
        click.surface,
        click_id,
        click.video_id,
        click.anchor_id,
        click.creator_id,
        click.share_code,
        click.sharer,
    )


def _check_total(total: int, request: OrderRequest) -> None:
    if not 1 <= total <= MAX_TOTAL:
        raise Problem(422, "wrong_total", f"the total is {total} fen; it must be from 1 to {MAX_TOTAL}")
    if request.expected_total is not None and request.expected_total.amount != total:
        expected = request.expected_total.amount
        raise Problem(
            409, "price_changed", f"the total is {total} fen now, not {expected}; show it to the buyer again"
        )


def _whole_second(moment: datetime) -> datetime:
    """Rounded up: Alipay's `time_expire` knows no fractions, and both sides must mean the same moment."""
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)
