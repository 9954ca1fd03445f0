"""Carts, and what lines would cost: both change nothing but the cart itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checkout.application.access import Buyer
from checkout.application.cart_ports import Carts, StockLevels
from checkout.application.ports import Addresses, Offers
from checkout.application.pricing import Pricing
from checkout.application.redeeming import RedeemCoupons
from checkout.domain.account import preferred
from checkout.domain.cart import Cart, CartLine, Quote, QuotedLine
from checkout.domain.coupon import Coupon, CouponRefused
from checkout.domain.errors import UnknownAddress, UnknownSku
from checkout.domain.order import Order
from checkout.domain.shop import Offer
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.outbox.changes import Change

Wanted = Sequence[tuple[str, int]]
"""SKUs with quantities."""


@dataclass(frozen=True, slots=True)
class QuoteLines:
    """Says what lines cost at the prices, stock and delivery terms of this moment."""

    offers: Offers
    levels: StockLevels
    addresses: Addresses
    pricing: Pricing
    redeem: RedeemCoupons
    clock: Clock

    async def __call__(
        self,
        buyer: Buyer,
        wanted: Wanted,
        *,
        region: str | None = None,
        address_id: str | None = None,
        coupon_code: str | None = None,
    ) -> Quote:
        """The quote for a delivery to `region`, or to a saved address; else as for the cart.

        Raises UnknownSku and UnknownAddress.
        """
        offers = await self.offers.find(buyer.mini_program_id, [sku_id for sku_id, _ in wanted])
        if unknown := [n for n, (sku_id, _) in enumerate(wanted) if sku_id not in offers]:
            raise UnknownSku(unknown)
        if address_id is not None:
            saved = await self.addresses.get(buyer.mini_program_id, buyer.openid, address_id)
            if saved is None:
                raise UnknownAddress(address_id)
            region = saved.region
        lines = [CartLine(sku_id, quantity) for sku_id, quantity in wanted]
        return await self.of(buyer, lines, offers, coupon_code, region)

    async def of(
        self,
        buyer: Buyer,
        lines: Sequence[CartLine],
        offers: Mapping[str, Offer],
        coupon_code: str | None = None,
        region: str | None = None,
    ) -> Quote:
        """The quote of these lines, with the coupon if it applies; without a region, for the buyer's default address, or the newest one, or the flat fee."""
        if region is None:
            book = await self.addresses.all(buyer.mini_program_id, buyer.openid)
            saved = preferred(book)
            region = saved.address.region if saved is not None else None
        levels = await self.levels.find([line.sku_id for line in lines])
        quoted = tuple(QuotedLine(line, offers.get(line.sku_id), levels.get(line.sku_id)) for line in lines)
        bought = [
            one.offer.line(one.line.quantity, by_creator=False)
            for one in quoted
            if one.offer is not None and one.obstacle is None
        ]
        coupon, refusal = await self._coupon(buyer, coupon_code, sum(line.total for line in bought))
        amounts = await self.pricing.amounts(buyer.mini_program_id, bought, region, coupon)
        return Quote(quoted, amounts, region, refusal)

    async def _coupon(
        self, buyer: Buyer, code: str | None, subtotal: int
    ) -> tuple[Coupon | None, CouponRefused | None]:
        """The coupon, if it applies to goods of `subtotal` fen; else why it does not."""
        if code is None:
            return None, None
        try:
            coupon = await self.redeem.find(buyer.mini_program_id, code)
            await self.redeem.applicable(coupon, buyer.mini_program_id, buyer.openid, subtotal, self.clock())
        except CouponRefused as refusal:
            return None, refusal
        return coupon, None


@dataclass(frozen=True, slots=True)
class KeepCart:
    """A viewer's cart in a mini program."""

    carts: Carts
    offers: Offers
    quote: QuoteLines
    clock: Clock

    async def read(self, buyer: Buyer) -> tuple[Cart, Quote]:
        """The cart with its lines at today's prices; empty if there is none."""
        cart = await self.carts.get(buyer.mini_program_id, buyer.openid)
        offers = await self.offers.find(buyer.mini_program_id, [line.sku_id for line in cart.lines])
        return cart, await self.quote.of(buyer, cart.lines, offers, cart.coupon_code)

    async def put(
        self, buyer: Buyer, wanted: Wanted, coupon_code: str | None, expected: int | None
    ) -> tuple[Cart, Quote]:
        """The cart with these lines instead of its own.

        Raises UnknownSku for SKUs that neither the mini program nor the cart has, and VersionConflict.
        """
        now = self.clock()
        offers = await self.offers.find(buyer.mini_program_id, [sku_id for sku_id, _ in wanted])

        def decide(present: Cart) -> Change[Cart] | None:
            must_be_version(expected, present.version)
            after = present.with_lines(_lines(wanted, offers, present), coupon_code, now)
            return Change(after) if after is not present else None

        cart = await self.carts.change(buyer.mini_program_id, buyer.openid, decide)
        return cart, await self.quote.of(buyer, cart.lines, offers, cart.coupon_code)


async def take_out(carts: Carts, order: Order, at: datetime) -> None:
    """Take an order's lines out of its buyer's cart, once."""
    bought = [(line.sku_id, line.quantity) for line in order.lines]

    def decide(present: Cart) -> Change[Cart] | None:
        after = present.after_order(order.order_id, bought, at)
        return Change(after) if after is not present else None

    await carts.change(order.mini_program_id, order.openid, decide)


def _lines(wanted: Wanted, offers: Mapping[str, Offer], present: Cart) -> tuple[CartLine, ...]:
    """The lines with their titles: today's, or for a SKU that is gone, as the cart has it. Raises UnknownSku."""
    kept = {line.sku_id: line for line in present.lines}
    if unknown := [n for n, (sku_id, _) in enumerate(wanted) if sku_id not in offers and sku_id not in kept]:
        raise UnknownSku(unknown)
    lines = []
    for sku_id, quantity in wanted:
        named = offers.get(sku_id) or kept[sku_id]
        lines.append(CartLine(sku_id, quantity, named.title, named.title_en))
    return tuple(lines)
