"""Ports in memory, held to the same tests as those on MongoDB (`integration/test_ports.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from checkout.application.ports import Position
from checkout.domain.account import ProductCard
from checkout.domain.coupon import Coupon, CouponUse
from checkout.domain.deadline import SPAN, Deadline
from checkout.domain.delivery import DeliveryTerms
from checkout.domain.errors import SlotTaken
from checkout.domain.order import Order
from checkout.domain.purchase import Terms
from checkout.domain.refunds import RefundStatus
from checkout.domain.shop import MiniProgram, Offer
from checkout.domain.status import OPEN, Status
from contracts.catalog import MiniProgramState, ProductState
from runtime.outbox.changes import Change
from support.in_memory_store import InMemoryStore, Stored


class InMemoryOrders(InMemoryStore[Order]):
    """The ports Orders and OrderQueries."""

    def __init__(self, stored: Stored[Order] | None = None, **options: Any) -> None:
        super().__init__(stored or Stored(), lambda order: order.order_id, copy_of, **options)

    @property
    def _orders(self) -> Mapping[str, Order]:
        return self.stored.aggregates

    def _insert(self, after: Order, changes: Sequence[Change[Order]]) -> bool | Exception:
        if after.order_id not in self._orders and any(
            _share_a_slot(after, order) for order in self._orders.values()
        ):
            return SlotTaken(after.order_id)
        return super()._insert(after, changes)

    def holding(self, mini_program_id: str, key: str) -> list[Order]:
        """The orders that hold slots of the mini program's coupon."""
        return [
            order
            for order in self._orders.values()
            if order.mini_program_id == mini_program_id
            and order.coupon is not None
            and order.coupon.key == key
            and order.coupon.slot is not None
        ]

    async def prepare(self, mini_program_id: str) -> None:
        """There is nothing to prepare."""

    async def page(
        self,
        mini_program_id: str,
        *,
        openid: str | None,
        status: str | None,
        refund: str | None = None,
        after: Position | None,
        limit: int,
    ) -> list[Order]:
        matching = [
            order
            for order in self._orders.values()
            if order.mini_program_id == mini_program_id
            and openid in (None, order.openid)
            and status in (None, order.status)
            and (
                refund is None
                or any(refund == "any" or one.status is RefundStatus.REQUESTED for one in order.refunds)
            )
            and (after is None or _position(order) < after)
        ]
        return [copy_of(order) for order in sorted(matching, key=_position, reverse=True)[:limit]]

    async def counts(self, mini_program_id: str, openid: str) -> Mapping[str, int]:
        counts = Counter({"refunding": 0})
        for order in self._orders.values():
            if (order.mini_program_id, order.openid) == (mini_program_id, openid):
                counts[order.status.value] += 1
                undecided = {RefundStatus.REQUESTED, RefundStatus.APPROVED}
                counts["refunding"] += any(refund.status in undecided for refund in order.refunds)
        return counts

    async def unpaid(self, mini_program_id: str, openid: str) -> Mapping[int, str]:
        return self._unpaid(mini_program_id, openid)

    def _unpaid(self, mini_program_id: str, openid: str) -> dict[int, str]:
        return {
            order.unpaid_slot: order.order_id
            for order in self._orders.values()
            if (order.mini_program_id, order.openid) == (mini_program_id, openid)
            and order.unpaid_slot is not None
        }

    async def versions(self, order_ids: Iterable[str]) -> Mapping[str, int]:
        return {key: self._orders[key].version for key in order_ids if key in self._orders}

    async def overdue(self, deadline: Deadline, limit: int, after: str = "") -> list[str]:
        waiting = [
            order.order_id
            for order in self._orders.values()
            if order.mini_program_id == deadline.mini_program_id
            and deadline.placed_at <= order.placed_at < deadline.placed_at + SPAN
            and order.expires_at == deadline.expires_at
            and order.status in OPEN
            and order.order_id > after
        ]
        return sorted(waiting)[:limit]

    async def waiting(self, now: datetime) -> AsyncIterator[Order]:
        for order in map(copy_of, list(self._orders.values())):
            of_buyer = order.status is Status.AWAITING_PAYMENT and order.expires_at >= now
            refunding = any(refund.status is RefundStatus.APPROVED for refund in order.refunds)
            on_the_way = order.receive_by is not None and order.receive_by < now
            if (order.unpaid_slot is not None and not of_buyer) or refunding or on_the_way:
                yield order


class InMemoryCoupons(InMemoryStore[Coupon]):
    """The port Coupons."""

    def __init__(self, stored: Stored[Coupon] | None = None, **options: Any) -> None:
        super().__init__(stored or Stored(), lambda coupon: coupon.coupon_id, replace, **options)

    async def page(
        self, mini_program_id: str, *, since: datetime | None, after: Position | None, limit: int
    ) -> list[Coupon]:
        matching = {
            (coupon.changed_at, coupon.coupon_id): coupon
            for coupon in self.stored.aggregates.values()
            if coupon.mini_program_id == mini_program_id
            and not coupon.removed
            and (since is None or coupon.changed_at >= since)
        }
        return [matching[key] for key in sorted(matching) if after is None or key > after][:limit]


class InMemoryCouponUses:
    """The port CouponUses."""

    def __init__(self, orders: InMemoryOrders) -> None:
        self._orders = orders

    async def used(self, mini_program_id: str, keys: Collection[str]) -> dict[str, int]:
        return {key: len(self._orders.holding(mini_program_id, key)) for key in keys}

    async def is_used_up(self, mini_program_id: str, key: str, stock: int) -> bool:
        return len(self._orders.holding(mini_program_id, key)) >= stock

    async def taken(
        self, mini_program_id: str, key: str, *, among: Collection[int] = (), beyond: int = 0
    ) -> set[int]:
        slots = {use.slot for use in self._uses(mini_program_id, key) if use.slot is not None}
        return {slot for slot in slots if slot in among or slot >= beyond}

    async def taken_by_viewer(self, mini_program_id: str, key: str, openid: str) -> set[int]:
        return {
            use.viewer_slot for use in self._uses(mini_program_id, key, openid) if use.viewer_slot is not None
        }

    def _uses(self, mini_program_id: str, key: str, openid: str | None = None) -> list[CouponUse]:
        return [
            order.coupon
            for order in self._orders.holding(mini_program_id, key)
            if order.coupon is not None and openid in (None, order.openid)
        ]


class InMemoryDeadlines:
    """The port Deadlines."""

    def __init__(self) -> None:
        self._check_at: dict[str, datetime] = {}
        self._deadlines: dict[str, Deadline] = {}

    async def store(self, deadlines: Iterable[Deadline]) -> None:
        for deadline in deadlines:
            if deadline.deadline_id not in self._deadlines:
                self._deadlines[deadline.deadline_id] = deadline
                self._check_at[deadline.deadline_id] = deadline.expires_at

    async def due(self, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[Deadline]:
        due = [key for key, at in self._check_at.items() if at <= now and key not in but]
        return [self._deadlines[key] for key in sorted(due, key=self._check_at.__getitem__)[:limit]]

    async def check_again(self, deadlines: Sequence[Deadline], at: datetime) -> None:
        for d in deadlines:
            self._deadlines[d.deadline_id] = replace(d, is_last=True)
            self._check_at[d.deadline_id] = at

    async def drop(self, deadlines: Sequence[Deadline]) -> None:
        for deadline in deadlines:
            self._deadlines.pop(deadline.deadline_id, None)
            self._check_at.pop(deadline.deadline_id, None)


class InMemoryReceiptDeadlines:
    """The port ReceiptDeadlines."""

    def __init__(self) -> None:
        self._check_at: dict[str, datetime] = {}

    async def store(self, order_id: str, at: datetime) -> None:
        self._check_at[order_id] = max(at, self._check_at.get(order_id, at))

    async def due(self, now: datetime, limit: int) -> list[str]:
        due = [order_id for order_id, at in self._check_at.items() if at <= now]
        return sorted(due, key=self._check_at.__getitem__)[:limit]

    async def check_again(self, times: Mapping[str, datetime]) -> None:
        for order_id, at in times.items():
            if order_id in self._check_at:
                self._check_at[order_id] = at

    async def drop(self, order_ids: Sequence[str]) -> None:
        for order_id in order_ids:
            self._check_at.pop(order_id, None)


class InMemoryRegistry:
    """The port Registry."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, MiniProgram]] = {}

    def get(self, mini_program_id: str) -> MiniProgram | None:
        return self._known.get(mini_program_id, (0, None))[1]

    def owned_by(self, owner_id: str | None) -> list[str]:
        known = ((key, program) for key, (_, program) in self._known.items() if program)
        return [key for key, program in known if owner_id in (None, program.owner_id)]

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        for state in states:
            if state.version > self._known.get(state.mini_program_id, (-1, None))[0]:
                program = MiniProgram(
                    state.mini_program_id, state.owner.owner_id, state.merchant, frozenset(state.hosts), state.state
                )  # fmt: skip
                self._known[state.mini_program_id] = (state.version, program)


class InMemoryDeliveryTerms(InMemoryStore[DeliveryTerms]):
    """The port DeliveryTermsStore."""

    def __init__(self, stored: Stored[DeliveryTerms] | None = None, **options: Any) -> None:
        super().__init__(
            stored or Stored(), lambda terms: terms.mini_program_id, lambda terms: terms, **options
        )

    async def current(self, mini_program_id: str) -> DeliveryTerms:
        return await self.get(mini_program_id) or DeliveryTerms(mini_program_id)


class InMemoryOffers:
    """The port Offers."""

    def __init__(self) -> None:
        self._products: dict[str, ProductState] = {}

    async def find(self, mini_program_id: str, sku_ids: Iterable[str]) -> dict[str, Offer]:
        wanted = set(sku_ids)
        return {
            sku.sku_id: Offer(
                sku.sku_id, product.product_id, product.mini_program_id, product.title, sku.attributes, sku.price.amount,
                product.version, product.listed, Terms(**product.terms.model_dump()),
                title_en=product.title_en, attributes_en=sku.attributes_en, image_url=_picture(product),
            )
            for product in self._products.values()
            if product.mini_program_id == mini_program_id
            for sku in product.skus
            if sku.sku_id in wanted
        }  # fmt: skip

    async def cards(self, product_ids: Sequence[str]) -> dict[str, ProductCard]:
        return {
            product_id: ProductCard(
                product_id, product.title, product.title_en, _picture(product),
                min(sku.price.amount for sku in product.skus),
            )
            for product_id in product_ids
            if (product := self._products.get(product_id)) is not None and product.listed
        }  # fmt: skip

    async def sells(self, mini_program_id: str, product_id: str) -> bool:
        product = self._products.get(product_id)
        return product is not None and product.listed and product.mini_program_id == mini_program_id

    async def learn(self, products: Sequence[ProductState]) -> None:
        for product in products:
            known = self._products.get(product.product_id)
            if known is None or product.version > known.version:
                self._products[product.product_id] = product


def copy_of(order: Order) -> Order:
    """A copy that can be changed: of an order's parts, only the history is changed in place."""
    return replace(order, history=[*order.history])


def _picture(product: ProductState) -> str:
    return product.images[0] if product.images else ""


def _share_a_slot(one: Order, other: Order) -> bool:
    """Whether a unique index keeps one of the orders out."""
    if one.mini_program_id != other.mini_program_id:
        return False
    same_buyer = one.openid == other.openid
    if same_buyer and one.unpaid_slot is not None and one.unpaid_slot == other.unpaid_slot:
        return True
    use, held = one.coupon, other.coupon
    if use is None or held is None or use.key != held.key:
        return False
    same_slot = use.slot is not None and use.slot == held.slot
    return same_slot or (same_buyer and use.viewer_slot is not None and use.viewer_slot == held.viewer_slot)


def _position(order: Order) -> Position:
    return order.placed_at, order.order_id
