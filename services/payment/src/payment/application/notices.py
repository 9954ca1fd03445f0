"""What a provider tells by itself: believed once verified and compared with our own record, applied once."""

from __future__ import annotations

from payment.application.trades import Trades
from payment.domain.provider import Notice
from payment.domain.trade import Change, NotAsAgreed, State, Trade
from runtime.clock import Clock


class Notices:
    """Applies verified notices."""

    def __init__(self, trades: Trades, clock: Clock) -> None:
        self._trades = trades
        self._clock = clock

    async def take(self, notice: Notice) -> None:
        """Make the notice's effect durable; a repeat has none.

        Raises UnknownTrade for an order that we never asked money for, and NotAsAgreed when app, account, amount or
        the provider's number differ from our record.
        """
        await self._trades.change(notice.order_id, lambda trade: self._applied(trade, notice))

    def _applied(self, trade: Trade, notice: Notice) -> Change:
        now = self._clock()
        if (trade.payee.app, trade.payee.account) != (notice.app, notice.account):
            raise NotAsAgreed("the notice is of another app or account")
        if notice.amount != trade.total:
            raise NotAsAgreed(f"the notice is of {notice.amount} fen, the trade of {trade.total}")
        change = trade.receive(notice.money, now) if notice.money is not None else Change(trade)
        after = change.trade
        worth_asking = after.closing or after.watched or after.pending_refund is not None
        if notice.stirs and worth_asking and after.due_at is not None and after.due_at > now:
            return Change(after.look_again(now, tries=after.tries).trade, change.facts)
        return change

    async def payer_came_back(self, order_id: str) -> Trade:
        """The payer's browser says that it is done: no proof, but a reason to ask now. Raises UnknownTrade."""
        now = self._clock()

        def decide(trade: Trade) -> Change:
            open_still = trade.state is State.REQUESTED or trade.watched
            soon = open_still and trade.due_at is not None and trade.due_at > now
            return trade.look_again(now, tries=trade.tries) if soon else Change(trade)

        return await self._trades.change(order_id, decide)
