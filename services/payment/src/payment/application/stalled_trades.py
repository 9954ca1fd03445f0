"""Trades, late refunds and settlements that have stalled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from payment.application.ports import TradeStore
from payment.application.settlement import Settlement
from payment.domain.days import end_of
from payment.domain.errors import DayNotReady
from payment.domain.statements import DayState
from payment.domain.trade import Trade
from runtime.stalled import Stalled

PATIENCE = timedelta(minutes=30)
"""For the provider's certain answer: it is queried at intervals of at most ten minutes."""
SETTLEMENT_PATIENCE = timedelta(hours=6)
"""From the end of a day to its settlement, which also waits for `ANCHORAGE_SETTLEMENT_WAIT`."""
PROVIDER = "the provider's certain answer"
PROVIDER_ADVICE = (
    "Is Alipay reachable, and the merchant configured? See payment's log for `a step of a due trade failed`."
)
OPERATOR = "an operator: the provider refuses the refund for good"
OPERATOR_ADVICE = (
    "Return the money at the provider by hand (Alipay's merchant portal), in full. The entry goes once the provider says that "
    "it has no money of the trade any more. Why it refused is in the event RefundFailed."
)
LEDGER = "the day's ledger to be complete, and its statements to be made"
LEDGER_ADVICE = "See payment's log for `a day is not settled yet` and `a day cannot be settled`, and `anchorage dlq show payments`."


class UnfinishedTrades(Protocol):
    """Searches in trades that are not finished."""

    def open_past(self, deadline: datetime) -> AsyncIterator[Trade]:
        """Trades that are neither paid nor closed, and could be paid until before `deadline`."""
        ...

    def owing_since_before(self, moment: datetime) -> AsyncIterator[Trade]:
        """Trades with late money that came before `moment` and was not sent back."""
        ...

    def refused_for_good(self) -> AsyncIterator[Trade]:
        """Trades with late money whose refund the provider refused for good."""
        ...


@dataclass(frozen=True, slots=True)
class StalledTrades:
    """Implements `runtime.stalled.StalledSource`. Checkout watches the refunds that an owner approved."""

    unfinished: UnfinishedTrades
    store: TradeStore
    advance: Callable[[Trade], Awaitable[None]]

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Open trades long after their deadline, late money that was not sent back, and that which cannot be."""
        async for trade in self.unfinished.open_past(now - PATIENCE):
            yield Stalled("trade", trade.order_id, trade.state, trade.expires_at, PROVIDER, PROVIDER_ADVICE)
        async for trade in self.unfinished.owing_since_before(now - PATIENCE):
            since = trade.paid_at or now
            yield Stalled("refund", trade.order_id, "late money", since, PROVIDER, PROVIDER_ADVICE)
        async for trade in self.unfinished.refused_for_good():
            since = trade.paid_at or now
            yield Stalled("refund", trade.order_id, "late money refused", since, OPERATOR, OPERATOR_ADVICE)

    async def ask_again(self, stalled: Stalled) -> None:
        """Ask the provider now, whatever is scheduled."""
        trade = await self.store.get(stalled.id)
        if isinstance(trade, Trade):
            await self.advance(trade)


@dataclass(frozen=True, slots=True)
class StalledSettlements:
    """Implements `runtime.stalled.StalledSource`: the payouts of a day that is not settled."""

    settlement: Settlement

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Each day that was begun and is not settled in time, and the last complete day if it was not even begun."""
        states = {begun.day: begun.state for begun in await self.settlement.unsettled()}
        last = self.settlement.last_complete_day()
        if last not in states and await self.settlement.day(last) is None:
            states[last] = DayState.OPEN
        for day, state in sorted(states.items()):
            if now - end_of(day) > SETTLEMENT_PATIENCE:
                yield Stalled("payout", day.isoformat(), state, end_of(day), LEDGER, LEDGER_ADVICE)

    async def ask_again(self, stalled: Stalled) -> None:
        """Settle the day, if it is ready by now."""
        with suppress(DayNotReady):
            await self.settlement.run(date.fromisoformat(stalled.id))
