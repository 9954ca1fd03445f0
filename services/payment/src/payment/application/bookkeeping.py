"""Writes the ledger from payment's own events: one posting for each, under a natural id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from contracts.checkout import OrderCompleted
from contracts.event import Event
from contracts.payment import (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    PayoutSettled,
    RefundSettled,
)
from payment.application.facts import account_of, check_paid_out, check_received, check_told
from payment.application.ports import Ledger, Payouts, TradeStore
from payment.domain import ledger
from payment.domain.errors import NotAsAgreed
from payment.domain.ledger import PostedOrder, Posting, Receipt
from payment.domain.shares import Shares
from runtime.clock import Clock

PostedEvent = CommissionAccrued | CommissionReversed | LatePaymentReceived | RefundSettled | PayoutSettled
POSTED_EVENTS: tuple[type[Event], ...] = get_args(PostedEvent)


class Bookkeeping:
    """Keeps the ledger."""

    def __init__(self, postings: Ledger, trades: TradeStore, payouts: Payouts, clock: Clock) -> None:
        self._ledger = postings
        self._trades = trades
        self._payouts = payouts
        self._clock = clock

    async def post(self, events: Sequence[PostedEvent]) -> None:
        """Append the postings of these events; repeats change nothing.

        Raises NotAsAgreed if the trade or payout behind an event does not say the same; all others are posted.
        """
        trades = await self._trades.get_many({e.order_id for e in events if not isinstance(e, PayoutSettled)})
        payouts = await self._payouts.get_many({e.payout_id for e in events if isinstance(e, PayoutSettled)})
        postings, differences = [], []
        for event in events:
            try:
                if isinstance(event, PayoutSettled):
                    check_paid_out(event, payouts.get(event.payout_id))
                else:
                    check_told(event, trades.get(event.order_id))
            except NotAsAgreed as difference:
                differences.append(difference)
            else:
                postings += [posting] if (posting := posting_of(event)) is not None else []
        await self._ledger.append(postings, self._clock())
        if differences:
            raise differences[0]

    async def receive(self, events: Sequence[OrderCompleted]) -> None:
        """Let what these orders earned enter the statements; repeats change nothing.

        Raises NotAsAgreed for an order that is not paid or is another mini program's; all others are received.
        """
        trades = await self._trades.get_many({event.order_id for event in events})
        receipts, differences = [], []
        for event in events:
            try:
                check_received(event, trades.get(event.order_id))
            except NotAsAgreed as difference:
                differences.append(difference)
            else:
                receipts.append(Receipt(event.order_id, event.at))
        await self._ledger.receive(receipts)
        if differences:
            raise differences[0]

    async def balances(self) -> dict[str, int]:
        """The balance of every account in fen, debits positive; they sum to zero."""
        return await self._ledger.balances()


def posting_of(event: PostedEvent) -> Posting | None:
    """The posting of an event; None for a refund whose shares are reversed by an event of their own."""
    match event:
        case CommissionAccrued():
            return ledger.payment(_shared(event), _shares(event), event.creator_id)
        case CommissionReversed():
            return ledger.refund(_shared(event), event.refund_id, _shares(event), event.creator_id)
        case LatePaymentReceived():
            return ledger.late_payment(_order(event), event.amount.amount)
        case RefundSettled(late=True):
            return ledger.late_refund(_order(event), event.refund_id, event.amount.amount)
        case PayoutSettled():
            return ledger.payout(
                event.payout_id, account_of(event), event.amount.amount, event.mini_program_id, event.at
            )
    return None


def _shared(event: CommissionAccrued | CommissionReversed) -> PostedOrder:
    return replace(_order(event), at_owner=event.at_owner)


def _order(
    event: CommissionAccrued | CommissionReversed | LatePaymentReceived | RefundSettled,
) -> PostedOrder:
    return PostedOrder(event.order_id, event.mini_program_id, event.collector, event.at)


def _shares(event: CommissionAccrued | CommissionReversed) -> Shares:
    return Shares(event.owner.amount, event.platform.amount, event.creator.amount)
