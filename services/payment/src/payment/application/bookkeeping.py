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
    OwnerPaymentRecorded,
    PayoutSettled,
    RefundSettled,
)
from payment.application.facts import account_of, check_moved, check_paid_out, check_received, check_recorded
from payment.application.owner_payments import OwnerPaymentStore
from payment.application.ports import Ledger, TradeStore
from payment.application.settlement_ports import Payouts
from payment.domain import ledger
from payment.domain.errors import NotAsAgreed
from payment.domain.ledger import PostedOrder, Posting, Receipt
from payment.domain.shares import Shares
from payment.domain.trade import StoredTrade, Trade
from runtime.clock import Clock

OrderMoney = CommissionAccrued | CommissionReversed | LatePaymentReceived | RefundSettled
PostedEvent = OrderMoney | PayoutSettled | OwnerPaymentRecorded
POSTED_EVENTS: tuple[type[Event], ...] = get_args(PostedEvent)


class Bookkeeping:
    """Keeps the ledger."""

    def __init__(
        self,
        postings: Ledger,
        trades: TradeStore,
        payouts: Payouts,
        owner_payments: OwnerPaymentStore,
        clock: Clock,
    ) -> None:
        self._ledger = postings
        self._trades = trades
        self._payouts = payouts
        self._owner_payments = owner_payments
        self._clock = clock

    async def post(self, events: Sequence[PostedEvent]) -> None:
        """Append the postings of these events; repeats change nothing.

        Raises NotAsAgreed if the trade or payout behind an event does not say the same; all others are posted.
        """
        trades = await self._trades.get_many({e.order_id for e in events if isinstance(e, OrderMoney)})
        payouts = await self._payouts.get_many({e.payout_id for e in events if isinstance(e, PayoutSettled)})
        payments = await self._owner_payments.get_many(
            {e.payment_id for e in events if isinstance(e, OwnerPaymentRecorded)}
        )
        postings, differences = [], []
        for event in events:
            stored: StoredTrade | None = None
            try:
                if isinstance(event, PayoutSettled):
                    check_paid_out(event, payouts.get(event.payout_id))
                elif isinstance(event, OwnerPaymentRecorded):
                    check_recorded(event, payments.get(event.payment_id))
                else:
                    check_moved(event, stored := trades.get(event.order_id))
            except NotAsAgreed as difference:
                differences.append(difference)
            else:
                posting = posting_of(event, stored)
                postings += [posting] if posting is not None else []
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


def posting_of(event: PostedEvent, trade: StoredTrade | None) -> Posting | None:
    """The posting of an event; None for a refund whose shares are reversed by an event of their own."""
    match event:
        case CommissionAccrued():
            order = _shared(event)
            if isinstance(trade, Trade):
                order = replace(order, discount=trade.discount, delivery_fee=trade.delivery_fee)
            return ledger.payment(order, _shares(event), event.creator_id)
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
        case OwnerPaymentRecorded():
            return ledger.owner_payment(
                event.payment_id, event.mini_program_id, event.amount.amount, event.reference, event.at
            )
    return None


def _shared(event: CommissionAccrued | CommissionReversed) -> PostedOrder:
    return replace(_order(event), at_owner=event.at_owner)


def _order(
    event: OrderMoney,
) -> PostedOrder:
    return PostedOrder(event.order_id, event.mini_program_id, event.collector, event.at)


def _shares(event: CommissionAccrued | CommissionReversed) -> Shares:
    return Shares(event.owner.amount, event.platform.amount, event.creator.amount)
