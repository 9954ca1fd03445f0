"""Opening trades for orders whose stock is held, and taking what else orders tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from contracts.checkout import OrderCloseRequested, OrderPlaced, RefundApproved
from payment.application.ports import Opened, TradeStore, UnknownTrade
from payment.application.providers import Providers
from payment.application.trades import Trades
from payment.domain.schedule import Schedule
from payment.domain.shares import Line
from payment.domain.trade import Trade
from runtime.clock import Clock

SIGNED_IN_A_ROW = 8
"""Signing takes about 0.6 ms of CPU each; after so many, others get their turn."""


class Orders:
    """What payment does when checkout tells of an order."""

    def __init__(
        self, trades: Trades, store: TradeStore, providers: Providers, schedule: Schedule, clock: Clock
    ) -> None:
        self._trades = trades
        self._store = store
        self._providers = providers
        self._schedule = schedule
        self._clock = clock

    async def open(self, reserved: Sequence[tuple[OrderPlaced, str | None]]) -> None:
        """Open a trade for each order whose stock is held, with a link or order string to pay it; repeats change nothing.

        Takes the orders with the trace that each belongs to. Raises UnknownMerchant for one that nobody collects for.
        """
        opened = []
        for count, (order, traceparent) in enumerate(reserved, start=1):
            opened.append(self._opened(order, traceparent))
            if count % SIGNED_IN_A_ROW == 0:
                await asyncio.sleep(0)
        if opened:
            await self._store.add(opened)

    def _opened(self, order: OrderPlaced, traceparent: str | None) -> Opened:
        now = self._clock()
        # whole seconds are what the provider is told; never later than the order's own deadline
        expires_at = order.expires_at - timedelta(microseconds=order.expires_at.microsecond)
        trade = Trade(
            order_id=order.order_id,
            mini_program_id=order.mini_program_id,
            openid=order.openid,
            payee=self._providers.payee(order.merchant),
            total=order.total.amount,
            lines=tuple(
                Line(line.line_total.amount, line.terms.platform_bp, line.terms.creator_bp)
                for line in order.lines
            ),
            creator_id=order.attribution.creator_id,
            subject=order.subject,
            product=order.payment_product,
            return_url=order.return_url,
            requested_at=now,
            expires_at=expires_at,
            due_at=self._schedule.first_look(now, expires_at),
            traceparent=traceparent,
        )
        form = self._providers.of(trade.payee).form(trade, trade.product, now)
        return Opened(trade, form)

    async def close(self, asked: OrderCloseRequested) -> None:
        """The order is to end; one whose trade never came ends at once."""
        now = self._clock()
        try:
            await self._trades.change(
                asked.order_id,
                lambda trade: trade.ask_to_close(asked.reason, now, link_given=asked.link_given),
            )
        except UnknownTrade:
            await self._store.close_unseen(asked.order_id, asked.mini_program_id, asked.reason, now)

    async def refund(self, approved: RefundApproved, traceparent: str | None) -> None:
        """Money is to go back. Raises UnknownTrade, NotAsAgreed."""
        now = self._clock()
        amount = approved.amount.amount
        await self._trades.change(
            approved.order_id,
            lambda trade: trade.approve_refund(approved.refund_id, amount, now),
            traceparent=traceparent,
        )
