"""What people do to an order that exists: cancel, receive, ship, ask for money back, agree or decline.

Each loads one order, calls one method of it and saves; a writer in between makes it decide again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from checkout.adapters.deadlines import AT_ONCE, Deadline, Deadlines
from checkout.adapters.orders import Conflict, Orders
from checkout.domain.events import OrderEvent
from checkout.domain.order import CANCELLED_BY_BUYER, PAYMENT_DEADLINE, NothingToShip, Order, Shipment
from checkout.domain.refunds import Refund, RefundRefused
from checkout.domain.status import IllegalTransition
from contracts.api.orders import RefundRequestBody, ShipmentRequest
from runtime.clock import Clock
from runtime.errors import is_unavailable
from runtime.ids import NewId
from runtime.web.problems import Problem, not_found

log = logging.getLogger(__name__)

TRIES = 5
CLOSING_AT_ONCE = 10
"""Deadlines; each may hold AT_ONCE orders in memory."""


class Commands:
    """Use cases on one order. Whether the caller may see the order is checked before."""

    def __init__(
        self, orders: Orders, deadlines: Deadlines, clock: Clock, new_id: NewId, refund_policy: str
    ) -> None:
        self._orders = orders
        self._deadlines = deadlines
        self._closing = asyncio.Semaphore(CLOSING_AT_ONCE)
        self._clock = clock
        self._new_id = new_id
        self._refund_policy = refund_policy

    async def cancel(self, order_id: str) -> None:
        """Ask to end it unpaid; payment decides whether the money came first. Raises Problem 409 once it is paid."""
        await self._change(order_id, lambda order: order.close(CANCELLED_BY_BUYER, self._clock()))

    async def receive(self, order_id: str) -> None:
        """The buyer has the goods."""
        await self._change(order_id, lambda order: order.receive(self._clock()))

    async def ship(self, order_id: str, request: ShipmentRequest) -> None:
        """The owner sends a parcel. The same carrier and tracking number again is a repeat."""
        lines = tuple((line.sku_id, line.quantity) for line in request.lines or ())
        shipment = Shipment(self._new_id(), request.carrier, request.tracking_number, lines, self._clock())

        def ship(order: Order) -> list[OrderEvent]:
            if any(
                (s.carrier, s.tracking_number) == (shipment.carrier, shipment.tracking_number)
                for s in order.shipments
            ):
                return []
            return order.ship(shipment)

        await self._change(order_id, ship)

    async def ask_refund(self, order_id: str, request: RefundRequestBody, key: str, fingerprint: str) -> None:
        """The buyer asks for money back; the refund's id comes from the caller's key, so a repeat finds the first."""
        refund_id = hashlib.sha256(f"{order_id}\x1f{key}".encode()).hexdigest()[:24]

        def ask(order: Order) -> list[OrderEvent]:
            for known in order.refunds:
                if known.refund_id == refund_id:
                    return _same(known, fingerprint)
            amount = request.amount.amount if request.amount else order.refundable
            refund = Refund(refund_id, amount, request.reason, fingerprint=fingerprint)
            events = order.ask_refund(refund)
            if self._refund_policy == "unshipped" and not order.shipments:
                events += order.approve_refund(refund_id)
            return events

        await self._change(order_id, ask)

    async def judge_refund(self, order_id: str, refund_id: str, *, approve: bool) -> None:
        """The owner agrees or declines."""

        def judge(order: Order) -> list[OrderEvent]:
            try:
                return order.approve_refund(refund_id) if approve else order.decline_refund(refund_id)
            except KeyError:
                raise not_found("the refund") from None

        await self._change(order_id, judge)

    async def close_overdue(self, now: datetime) -> int:
        """Ask to end what should have been paid by `now`; answers how many deadlines were looked at."""
        due = await self._deadlines.due(now)
        closed = await asyncio.gather(*(self._close(deadline, now) for deadline in due))
        if over := [deadline for deadline, all_closed in zip(due, closed, strict=True) if all_closed]:
            await self._deadlines.dealt_with(over, now)
        return len(due)

    async def _close(self, deadline: Deadline, now: datetime) -> bool:
        """Whether all of the deadline's orders are dealt with; else it comes again, and holds up no other."""
        async with self._closing:
            try:
                loaded = await self._orders.load_overdue(deadline)
                for one in loaded:
                    one.events += one.order.close(PAYMENT_DEADLINE, now)
                await self._orders.save(loaded)
            except Conflict:  # somebody was quicker with one of them
                return False
            except Exception as fault:
                if is_unavailable(fault):
                    raise
                log.exception("a deadline cannot be dealt with", extra={"deadline": deadline.deadline_id})
                return False
            return len(loaded) < AT_ONCE

    async def _change(self, order_id: str, command: Callable[[Order], list[OrderEvent]]) -> None:
        for _ in range(TRIES):
            loaded = (await self._orders.load([order_id])).get(order_id)
            if loaded is None:
                raise not_found("the order")
            try:
                loaded.events += command(loaded.order)
            except IllegalTransition as wrong:
                raise Problem(409, "wrong_state", str(wrong)) from None
            except (RefundRefused, NothingToShip) as wrong:
                raise Problem(409, "refused", str(wrong)) from None
            try:
                return await self._orders.save([loaded])
            except Conflict:
                continue
        raise Problem(503, "busy", "the order is being changed by others; try again", retry_after=1)


def _same(known: Refund, fingerprint: str) -> list[OrderEvent]:
    if replace(known, fingerprint=fingerprint) != known:
        raise Problem(
            422, "idempotency_key_reused", "this Idempotency-Key was used with another body; take a new key"
        )
    return []
