"""Notices from the provider: verified, compared with our record, applied once."""

from __future__ import annotations

from payment.application.ports import PaymentProvider
from payment.application.trades import Trades
from payment.domain.errors import NotAsAgreed
from payment.domain.provider import Notice
from payment.domain.trade import State, Trade, TradeChange
from runtime.clock import Clock


class Notices:
    """Takes what a provider sends by itself, and what the payer's browser brings back."""

    def __init__(self, trades: Trades, provider: PaymentProvider, clock: Clock) -> None:
        self._trades = trades
        self._provider = provider
        self._clock = clock

    async def take(self, body: bytes) -> None:
        """Make the notice's effect durable; a repeat has none.

        Raises BadNotice, UnknownTrade for an order that we never requested money for, and NotAsAgreed when app, account,
        amount or the provider's number differ from our record.
        """
        notice = await self._provider.read_notice(body)
        await self._trades.change(notice.order_id, lambda trade: self._apply(trade, notice))

    def _apply(self, trade: Trade, notice: Notice) -> TradeChange:
        now = self._clock()
        if (trade.collector.app, trade.collector.account) != (notice.app, notice.account):
            raise NotAsAgreed("the notice is for another app or account")
        if notice.amount != trade.total:
            raise NotAsAgreed(f"the notice is about {notice.amount} fen, the trade about {trade.total}")
        change = trade.receive(notice.money, now) if notice.money is not None else TradeChange(trade)
        after = change.trade
        undecided = after.closing or after.watched_after_close or after.pending_refund is not None
        if notice.query_now and undecided and after.due_at is not None and after.due_at > now:
            return TradeChange(after.reschedule(now, now, tries=after.tries).trade, change.events)
        return change

    async def payer_returned(self, query: bytes) -> Trade:
        """The payer's browser came back with this query, as it was sent: no proof, but a reason to query now.

        Raises BadNotice and UnknownTrade.
        """
        now = self._clock()

        def decide(trade: Trade) -> TradeChange:
            undecided = trade.state is State.REQUESTED or trade.watched_after_close
            if undecided and trade.due_at is not None and trade.due_at > now:
                return trade.reschedule(now, now, tries=trade.tries)
            return TradeChange(trade)

        return await self._trades.change(await self._provider.read_return(query), decide)
