"""Decides between payer and deadline, and sends refunds: always by querying the provider, never by guessing."""

from __future__ import annotations

import logging
from datetime import datetime

from payment.application.ports import PaymentProvider
from payment.application.providers import Providers
from payment.application.trades import Decision, Trades
from payment.domain.errors import NotAsAgreed
from payment.domain.provider import (
    Accepted,
    Ended,
    Made,
    NeverSeen,
    NoSuchRefund,
    Paid,
    RefundAnswer,
    Refused,
    TradeAnswer,
    Unsure,
    Waiting,
)
from payment.domain.refund import Refund
from payment.domain.schedule import BETWEEN_REFUNDS, Schedule
from payment.domain.trade import State, Trade, TradeChange
from runtime.clock import Clock
from runtime.errors import redacted

log = logging.getLogger(__name__)


class Arbiter:
    """Takes the next step of a trade that is due. `DueTrades` finds these trades."""

    def __init__(self, trades: Trades, providers: Providers, schedule: Schedule, clock: Clock) -> None:
        self._trades = trades
        self._providers = providers
        self._schedule = schedule
        self._clock = clock

    async def advance(self, trade: Trade) -> None:
        """Send the pending refund, or query the provider about the trade, and store the outcome. Idempotent."""
        provider, asked_at = self._providers.of(trade), self._clock()
        if trade.pending_refund is not None:
            answer = await self._send_refund(provider, trade, trade.pending_refund)
            await self._trades.change(trade.order_id, self._after_refund(trade.pending_refund, answer))
        elif trade.refused_late_refund is not None:
            returned = isinstance(await self._query(provider, trade), Ended)
            await self._trades.change(
                trade.order_id,
                lambda newest: newest.return_by_hand(asked_at) if returned else newest.unschedule(asked_at),
            )
        elif trade.state is State.REQUESTED or trade.watched_after_close:
            await self._decide(trade, await self._query(provider, trade), asked_at)
        else:
            await self._trades.change(trade.order_id, lambda newest: newest.unschedule(asked_at))

    async def _decide(self, trade: Trade, answer: TradeAnswer, asked_at: datetime) -> None:
        try:
            await self._trades.change(trade.order_id, self._after_query(answer, asked_at))
        except NotAsAgreed as difference:
            log.error(
                "the provider has other money than agreed",
                extra={"order_id": trade.order_id, "why": redacted(difference)},
            )
            now = self._clock()
            later = now + self._schedule.longest
            await self._trades.change(
                trade.order_id, lambda newest: newest.reschedule(later, now, tries=newest.tries + 1)
            )

    async def _query(self, provider: PaymentProvider, trade: Trade) -> TradeAnswer:
        """Query the trade, and close it at the provider if its end is due and the payer has not paid."""
        answer = await provider.query(trade)
        if isinstance(answer, Waiting) and (trade.closing or trade.watched_after_close):
            return await provider.close(trade)
        return answer

    def _after_query(self, answer: TradeAnswer, asked_at: datetime) -> Decision:
        """An answer can be as old as the question: what it proves, it proves for `asked_at`."""
        now, schedule = self._clock(), self._schedule

        def decide(trade: Trade) -> TradeChange:
            match answer:
                case Paid(money):
                    return trade.receive(money, now)
                case _ if trade.state is not State.REQUESTED and not trade.watched_after_close:
                    return TradeChange(trade)  # decided while we were querying
                case Ended() if trade.closing:
                    return trade.close(now)
                case Ended() if trade.watched_after_close:
                    return trade.unschedule(now)
                case NeverSeen() if trade.closing:
                    dead_at = schedule.link_dead_at(trade.expires_at)
                    if asked_at >= dead_at:
                        return trade.close(now, poll_at=schedule.next_poll_after_close(now, now))
                    # its payer may open the cashier until then: if so, the trade can be closed at once
                    return self._retry(trade, now, before=dead_at)
                case Unsure(reason):
                    log.warning("no certain answer", extra={"order_id": trade.order_id, "why": reason})
                    return self._retry(trade, now)
                case _ if trade.watched_after_close:
                    next_at = schedule.next_poll_after_close(trade.closed_at or now, now)
                    if next_at is None:
                        return trade.unschedule(now)
                    return trade.reschedule(next_at, now, tries=0)
                case _ if trade.closing:  # the close was requested after our query
                    return trade.reschedule(now, now, tries=0)
                case _:
                    next_at = schedule.next_poll(trade.requested_at, trade.expires_at, now)
                    return trade.reschedule(next_at, now, tries=0)

        return decide

    async def _send_refund(self, provider: PaymentProvider, trade: Trade, refund: Refund) -> RefundAnswer:
        """Send the refund, of late money too. If an earlier try may have sent it, query it first."""
        answer: RefundAnswer = await provider.query_refund(trade, refund) if trade.tries else NoSuchRefund()
        if isinstance(answer, NoSuchRefund):
            answer = await provider.refund(trade, refund)
        if isinstance(answer, (Accepted, Refused)):
            # an earlier try of ours that worked can be the reason of a refusal: what the provider did is what counts
            queried = await provider.query_refund(trade, refund)
            answer = answer if isinstance(answer, Refused) and isinstance(queried, NoSuchRefund) else queried
        return answer

    def _after_refund(self, refund: Refund, answer: RefundAnswer) -> Decision:
        now = self._clock()

        def decide(trade: Trade) -> TradeChange:
            match answer:
                case Made(at):
                    return trade.complete_refund(refund.refund_id, at or now, now, now + BETWEEN_REFUNDS)
                case Refused(reason):
                    return trade.fail_refund(refund.refund_id, reason, now, now + BETWEEN_REFUNDS)
                case _:
                    why = answer.reason if isinstance(answer, Unsure) else type(answer).__name__
                    log.warning("a refund is not certain", extra={"order_id": trade.order_id, "why": why})
                    return self._retry(trade, now)

        return decide

    def _retry(self, trade: Trade, now: datetime, before: datetime | None = None) -> TradeChange:
        """Call the provider again after a backoff, and at `before` at the latest."""
        retry_at = self._schedule.retry_at(trade.tries, now)
        retry_at = min(retry_at, before) if before is not None else retry_at
        return trade.reschedule(retry_at, now, tries=trade.tries + 1)
