"""What checkout requests for an order: to close its trade, or to refund money."""

from __future__ import annotations

from contracts.checkout import OrderCloseRequested, RefundApproved
from payment.application.contracts_out import closed_unopened
from payment.application.facts import check_belongs
from payment.application.trades import Trades, change_of
from payment.domain.trade import StoredTrade, Trade, TradeChange, UnopenedTrade
from runtime.clock import Clock
from runtime.outbox.changes import Change


class OrderRequests:
    """Records requests on the trade and makes it due; `Arbiter` carries them out."""

    def __init__(self, trades: Trades, clock: Clock) -> None:
        self._trades = trades
        self._clock = clock

    async def close(self, request: OrderCloseRequested, traceparent: str | None) -> None:
        """Request the close of the order's trade. An order whose trade was not opened is closed at once, for good.

        Raises NotAsAgreed for an order of another mini program.
        """
        now = self._clock()

        def decide(stored: StoredTrade | None) -> Change[StoredTrade] | None:
            check_belongs(request, stored)
            if stored is None:
                unopened = UnopenedTrade(request.order_id, request.mini_program_id, request.reason, now)
                return Change(unopened, [closed_unopened(unopened)], traceparent=traceparent)
            if isinstance(stored, UnopenedTrade):
                return None
            return change_of(stored, stored.request_close(request.reason, now, link_given=request.link_given))

        await self._trades.change_stored(request.order_id, decide)

    async def refund(self, approved: RefundApproved, traceparent: str | None) -> None:
        """Schedule the refund. Raises UnknownTrade and NotAsAgreed."""
        now = self._clock()

        def decide(trade: Trade) -> TradeChange:
            check_belongs(approved, trade)
            return trade.approve_refund(approved.refund_id, approved.amount.amount, now)

        await self._trades.change(approved.order_id, decide, traceparent=traceparent)
