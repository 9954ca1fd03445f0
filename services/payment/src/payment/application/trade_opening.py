"""Opens a trade for each order whose stock is held."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.checkout import OrderPlaced
from contracts.payment import MERCHANT_UNAVAILABLE
from payment.application.contracts_out import closed_unopened, payment_requested
from payment.application.facts import amount_of, check_repeats
from payment.application.ports import TradeStore
from payment.application.providers import Providers
from payment.domain.errors import UnknownMerchant
from payment.domain.schedule import Schedule
from payment.domain.shares import Line, charged
from payment.domain.trade import Collector, StoredTrade, Trade, UnopenedTrade
from runtime.clock import Clock
from runtime.outbox.changes import Change

log = logging.getLogger(__name__)

SIGNED_IN_A_ROW = 8
"""Signing keeps the CPU busy; after this many, other tasks get their turn."""


class TradeOpening:
    """Opens trades, each with a signed link or order string to pay it."""

    def __init__(self, store: TradeStore, providers: Providers, schedule: Schedule, clock: Clock) -> None:
        self._store = store
        self._providers = providers
        self._schedule = schedule
        self._clock = clock

    async def open(self, reserved: Sequence[tuple[OrderPlaced, str | None]]) -> None:
        """Open the trades of these orders in one write; repeats change nothing. Each order comes with its trace.

        An order for which nobody collects ends at once, and its buyer reads why. Raises NotAsAgreed when the trade was
        opened for another amount, buyer or mini program.
        """
        opened: list[Change[StoredTrade]] = []
        for count, (order, traceparent) in enumerate(reserved, start=1):
            opened.append(self._opened(order, traceparent))
            if count % SIGNED_IN_A_ROW == 0:
                await asyncio.sleep(0)
        outcomes = await self._store.insert(opened)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        trades = [change.after for change in opened]
        await self._check_repeats([t for t, new in zip(trades, outcomes, strict=True) if not new])

    async def _check_repeats(self, trades: Sequence[StoredTrade]) -> None:
        stored = await self._store.get_many([trade.order_id for trade in trades]) if trades else {}
        for trade in trades:
            if isinstance(trade, Trade):
                check_repeats(trade, stored[trade.order_id])

    def _opened(self, order: OrderPlaced, traceparent: str | None) -> Change[StoredTrade]:
        """The trade with its link, or what takes its place when nobody collects."""
        now = self._clock()
        try:
            collector = self._providers.collector(order.merchant)
        except UnknownMerchant:
            log.error(
                "an order has no merchant", extra={"order_id": order.order_id, "merchant": order.merchant}
            )
            unopened = UnopenedTrade(order.order_id, order.mini_program_id, MERCHANT_UNAVAILABLE, now)
            return Change(unopened, [closed_unopened(unopened)], traceparent=traceparent)
        trade = self._trade(order, collector, traceparent, now)
        form = self._providers.of(trade).form(trade, trade.product, now)
        return Change(trade, [payment_requested(trade, form)], traceparent=traceparent)

    def _trade(
        self, order: OrderPlaced, collector: Collector, traceparent: str | None, now: datetime
    ) -> Trade:
        lines = [
            Line(line.line_total.amount, line.terms.platform_bp, line.terms.creator_bp)
            for line in order.lines
        ]
        discount, delivery_fee = amount_of(order.discount), amount_of(order.delivery_fee)
        # providers take whole seconds; round down, never past the order's own deadline
        expires_at = order.expires_at - timedelta(microseconds=order.expires_at.microsecond)
        return Trade(
            order_id=order.order_id,
            mini_program_id=order.mini_program_id,
            openid=order.openid,
            collector=collector,
            total=order.total.amount,
            lines=charged(lines, discount, delivery_fee),
            discount=discount,
            delivery_fee=delivery_fee,
            creator_id=order.attribution.creator_id,
            subject=order.subject,
            product=order.payment_product,
            return_url=order.return_url,
            requested_at=now,
            expires_at=expires_at,
            due_at=self._schedule.first_poll(now, expires_at),
            changed_at=now,
            traceparent=traceparent,
        )
