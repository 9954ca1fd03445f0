"""What happened to a trade's money so far, read from the trade itself."""

from __future__ import annotations

from payment.domain.events import Received, ReceivedLate, Refunded, TradeEvent
from payment.domain.refund import RefundState
from payment.domain.shares import reversal
from payment.domain.trade import State, Trade


def money_moved(trade: Trade) -> tuple[TradeEvent, ...]:
    """Every movement so far, as the steps that made them returned them: the payment, then refunds in their order."""
    if trade.trade_no is None or trade.paid_at is None:
        return ()
    received: TradeEvent = Received(trade.trade_no, trade.total, trade.paid_at, trade.shares)
    if trade.state is State.CLOSED:
        received = ReceivedLate(trade.trade_no, trade.total, trade.paid_at, trade.late_refund_id)
    moved, before = [received], 0
    for refund in trade.refunds:
        if refund.state is RefundState.SETTLED and refund.settled_at is not None:
            shares = None if refund.late else reversal(trade.shares, before, refund.amount)
            moved.append(Refunded(refund.refund_id, refund.amount, refund.settled_at, shares))
            before += refund.amount
    return tuple(moved)
