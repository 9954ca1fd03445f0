"""Deciding between payer and deadline, and carrying refunds through: always by asking the provider, never by guessing."""

from __future__ import annotations

import logging

from payment.application.ports import PaymentProvider
from payment.application.providers import Providers
from payment.application.trades import Decision, Trades
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
from payment.domain.schedule import BETWEEN_REFUNDS, Schedule
from payment.domain.trade import Change, NotAsAgreed, Refund, State, Trade
from runtime.clock import Clock

log = logging.getLogger(__name__)


class Arbiter:
    """Takes the next step of a trade that is due."""

    def __init__(self, trades: Trades, providers: Providers, schedule: Schedule, clock: Clock) -> None:
        self._trades = trades
        self._providers = providers
        self._schedule = schedule
        self._clock = clock

    async def look(self, trade: Trade) -> None:
        """Ask the provider what the trade needs next, and store what came of it. Bears being done twice."""
        provider = self._providers.of(trade.payee)
        refund = trade.pending_refund
        if refund is not None:
            answer = await self._refund(provider, trade, refund)
            await self._trades.change(trade.order_id, self._after_refund(refund, answer))
            return
        if trade.state is not State.REQUESTED and not trade.watched:
            await self._trades.change(trade.order_id, lambda now_: now_.nothing_due())
            return
        told = await self._ask(provider, trade)
        try:
            await self._trades.change(trade.order_id, self._after_asking(told))
        except NotAsAgreed as differs:
            log.error(
                "the provider has other money than agreed",
                extra={"order_id": trade.order_id, "why": str(differs)},
            )
            await self._trades.change(trade.order_id, self._later)

    async def _ask(self, provider: PaymentProvider, trade: Trade) -> TradeAnswer:
        answer = await provider.ask(trade)
        if isinstance(answer, Waiting) and (trade.closing or trade.watched):
            return await provider.close(trade)
        return answer

    def _after_asking(self, answer: TradeAnswer) -> Decision:
        now = self._clock()

        def decide(trade: Trade) -> Change:
            match answer:
                case Paid(money):
                    return trade.receive(money, now)
                case _ if trade.state is not State.REQUESTED and not trade.watched:
                    return Change(trade)  # decided while we were asking
                case Ended() if trade.closing:
                    return trade.close(now)
                case Ended() if trade.watched:
                    return trade.nothing_due()
                case NeverSeen() if trade.closing:
                    dead_at = self._schedule.dead_at(trade.expires_at)
                    if now < dead_at:
                        return trade.look_again(dead_at, tries=0)
                    return trade.close(now, look_at=self._schedule.next_watch(now, now))
                case Unsure(reason):
                    log.warning("no certain answer", extra={"order_id": trade.order_id, "why": reason})
                    return trade.look_again(self._schedule.retry_at(trade.tries, now), tries=trade.tries + 1)
                case _ if trade.watched:
                    next_at = self._schedule.next_watch(trade.closed_at or now, now)
                    return trade.look_again(next_at, tries=0) if next_at is not None else trade.nothing_due()
                case _ if trade.closing:  # the end was asked for after we had asked: now it matters
                    return trade.look_again(now, tries=0)
                case _:
                    return trade.look_again(
                        self._schedule.next_look(trade.requested_at, trade.expires_at, now), tries=0
                    )

        return decide

    def _later(self, trade: Trade) -> Change:
        return trade.look_again(self._clock() + self._schedule.longest, tries=trade.tries + 1)

    async def _refund(self, provider: PaymentProvider, trade: Trade, refund: Refund) -> RefundAnswer:
        """Send it, unless it may have been sent before: then ask first."""
        answer: RefundAnswer = await provider.ask_refund(trade, refund) if trade.tries else NoSuchRefund()
        if isinstance(answer, NoSuchRefund):
            answer = await provider.refund(trade, refund)
        if isinstance(answer, (Accepted, Refused)):
            # a refusal may come of our own earlier try having worked: what the provider did is what counts
            asked = await provider.ask_refund(trade, refund)
            answer = answer if isinstance(answer, Refused) and isinstance(asked, NoSuchRefund) else asked
        return answer

    def _after_refund(self, refund: Refund, answer: RefundAnswer) -> Decision:
        now = self._clock()

        def decide(trade: Trade) -> Change:
            match answer:
                case Made(at):
                    return trade.refund_made(refund.refund_id, at or now, now + BETWEEN_REFUNDS)
                case Refused(reason):
                    return trade.refund_refused(refund.refund_id, reason, now, now + BETWEEN_REFUNDS)
                case _:
                    why = answer.reason if isinstance(answer, Unsure) else type(answer).__name__
                    log.warning("a refund is not certain", extra={"order_id": trade.order_id, "why": why})
                    return trade.look_again(self._schedule.retry_at(trade.tries, now), tries=trade.tries + 1)

        return decide
