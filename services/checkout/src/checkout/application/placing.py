"""Places an order at the prices, titles and commission terms of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.application.access import Buyer
from checkout.application.attribution import attribution_of, counted_click
from checkout.application.cart_ports import Carts
from checkout.application.carts import take_out
from checkout.application.contracts_out import contracts_of
from checkout.application.new_orders import NewOrders
from checkout.application.ports import Addresses, Offers, OrderQueries, Orders, Registry
from checkout.application.pricing import Pricing
from checkout.application.redeeming import RedeemCoupons
from checkout.domain.coupon import Coupon, CouponUse
from checkout.domain.errors import (
    Delisted,
    KeyReused,
    MiniProgramNotFound,
    NotReady,
    OrderRefused,
    PriceChanged,
    ReturnNotAllowed,
    ShopSuspended,
    SlotTaken,
    TooManyUnpaid,
    TotalOutOfRange,
    UnknownAddress,
    UnknownSku,
)
from checkout.domain.order import Order
from checkout.domain.order_id import order_id_of
from checkout.domain.purchase import Address, Amounts
from checkout.domain.shop import MiniProgram, Offer
from contracts.api.addresses import is_loopback, origin_of
from contracts.api.orders import LineRequest, OrderRequest
from contracts.checkout import OrderPlaced
from contracts.tokens.order_seals import sealed
from runtime.clock import Clock
from runtime.errors import WriteConflict
from runtime.outbox.changes import Change

MAX_TOTAL = 10_000_000_000
"""100,000,000 yuan, Alipay's limit for one trade."""


COUPON_ATTEMPTS = 20
"""How often an order looks for free slots of its coupon. Each time another order was quicker, so few orders need more than two."""


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Places an order once for each buyer and idempotency key: the order's id follows from both, so a repeat finds it."""

    orders: Orders
    new_orders: NewOrders
    registry: Registry
    offers: Offers
    addresses: Addresses
    pricing: Pricing
    clock: Clock
    click_secret: str
    order_secret: str
    time_to_pay: timedelta
    queries: OrderQueries
    max_unpaid: int
    carts: Carts
    redeem: RedeemCoupons

    async def __call__(self, buyer: Buyer, request: OrderRequest, *, key: str, fingerprint: str) -> Order:
        """The order that this request places, or placed before; what it took from the cart is out of it.

        Raises KeyReused if another request used the key, NotReady, MiniProgramNotFound, ShopSuspended, OrderRefused and
        TooManyUnpaid.
        """
        order = await self._placed(buyer, request, key, fingerprint)
        if request.from_cart:
            await take_out(self.carts, order, self.clock())
        return order

    async def _placed(self, buyer: Buyer, request: OrderRequest, key: str, fingerprint: str) -> Order:
        order_id = order_id_of(buyer.mini_program_id, buyer.openid, key)
        try:
            order, coupon = await self._priced(
                buyer, self._open_program(buyer), request, order_id, fingerprint
            )
            return await self._stored(order, coupon)
        except (
            OrderRefused,
            NotReady,
            MiniProgramNotFound,
            ShopSuspended,
        ):  # a repeat finds its order all the same
            if (earlier := await self._placed_before(order_id, fingerprint)) is None:
                raise
            return earlier

    async def _stored(self, order: Order, coupon: Coupon | None) -> Order:
        """Store the new order in one of the buyer's slots for unpaid orders, and in slots of its coupon; the earlier order if
        this is a repeat.

        Two orders at the same moment cannot share a slot, also on two replicas. Most buyers have no other unpaid order, so
        the first slot is tried without a look at what is free. Raises CouponRefused and TooManyUnpaid.
        """
        events = [
            sealed(event, self.order_secret) if isinstance(event, OrderPlaced) else event
            for event in contracts_of(order, order.place(), order.placed_at)
        ]
        for attempt in range(1 + self.max_unpaid + (COUPON_ATTEMPTS if coupon else 0)):
            if coupon is not None:
                order.coupon = await self.redeem.choose(coupon, order, attempt)
            with suppress(SlotTaken):
                if await self.new_orders.add(Change(order, events)):
                    return order
            if (earlier := await self._placed_before(order.order_id, order.fingerprint)) is not None:
                return earlier
            taken = await self.queries.unpaid(order.mini_program_id, order.openid)
            order.unpaid_slot = _free_slot(taken, self.max_unpaid)
        raise WriteConflict(f"{order.openid} places orders faster than they can be stored")

    def _open_program(self, buyer: Buyer) -> MiniProgram:
        program = self.registry.get(buyer.mini_program_id)
        if program is None:
            raise NotReady(buyer.mini_program_id)
        program.check_open(buyer.host_id)
        return program

    async def _priced(
        self, buyer: Buyer, program: MiniProgram, request: OrderRequest, order_id: str, fingerprint: str
    ) -> tuple[Order, Coupon | None]:
        """The order at its current price, not placed yet, and its coupon. Raises OrderRefused."""
        now = self.clock()
        _check_return(buyer, request.return_url)
        click = counted_click(buyer, request.click_id, self.click_secret)
        offers = await self.offers.find(program.mini_program_id, [line.sku_id for line in request.lines])
        _check_offers(request.lines, offers)
        lines = []
        for line in request.lines:
            offer = offers[line.sku_id]
            by_creator = click is not None and click.earns_on(offer.product_id)
            lines.append(offer.line(line.quantity, by_creator=by_creator))
        address = await self._address(buyer, request)
        coupon = await self._coupon(program, request.coupon_code)
        order = Order(
            order_id=order_id,
            mini_program_id=program.mini_program_id,
            host_id=buyer.host_id,
            openid=buyer.openid,
            lines=tuple(lines),
            amounts=await self.pricing.amounts(program.mini_program_id, lines, address.region, coupon),
            placed_at=now,
            expires_at=_next_whole_second(now + self.time_to_pay),
            region=address.region,
            attribution=attribution_of(buyer, click, lines),
            merchant=program.merchant,
            payment_product=request.payment.product if request.payment else "wap",
            return_url=request.return_url,
            address=address,
            coupon=CouponUse(coupon.code) if coupon is not None else None,
            fingerprint=fingerprint,
            unpaid_slot=0,
        )
        if coupon is not None:
            coupon.check(order.amounts.subtotal, now)
        _check_total(order.amounts, request.expected_total.amount if request.expected_total else None)
        return order, coupon

    async def _coupon(self, program: MiniProgram, code: str | None) -> Coupon | None:
        return await self.redeem.find(program.mini_program_id, code) if code is not None else None

    async def _address(self, buyer: Buyer, request: OrderRequest) -> Address:
        if request.address is not None:
            given = request.address
            return Address(given.recipient, given.phone, given.region, given.street)
        saved = await self.addresses.get(buyer.mini_program_id, buyer.openid, request.address_id or "")
        if saved is None:
            raise UnknownAddress(request.address_id)
        return saved

    async def _placed_before(self, order_id: str, fingerprint: str) -> Order | None:
        """The order, if it is stored. Raises KeyReused if another request placed it."""
        order = await self.orders.get(order_id)
        if order is not None and order.fingerprint != fingerprint:
            raise KeyReused(order_id)
        return order


def _check_offers(lines: Sequence[LineRequest], offers: Mapping[str, Offer]) -> None:
    if unknown := [n for n, line in enumerate(lines) if line.sku_id not in offers]:
        raise UnknownSku(unknown)
    if delisted := [line.sku_id for line in lines if not offers[line.sku_id].listed]:
        raise Delisted(delisted)


def _check_return(buyer: Buyer, return_url: str | None) -> None:
    """The payer's own machine is allowed to every host: it is where development happens, and nobody else's."""
    if return_url is None:
        return
    origin = origin_of(return_url)
    if origin not in buyer.return_origins and not is_loopback(origin):
        raise ReturnNotAllowed(origin, buyer.return_origins)


def _free_slot(taken: Mapping[int, str], limit: int) -> int:
    """The first slot that is free. Raises TooManyUnpaid, also if the limit was lowered and more are taken."""
    free = [slot for slot in range(limit) if slot not in taken]
    if not free or len(taken) >= limit:
        raise TooManyUnpaid(sorted(taken.values()))
    return free[0]


def _check_total(amounts: Amounts, expected: int | None) -> None:
    if not 1 <= amounts.total <= MAX_TOTAL:
        raise TotalOutOfRange(amounts.total, MAX_TOTAL)
    if expected is not None and expected != amounts.total:
        raise PriceChanged(amounts, expected)


def _next_whole_second(moment: datetime) -> datetime:
    """Alipay's `time_expire` has no fractions, and both sides must mean the same moment."""
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)
