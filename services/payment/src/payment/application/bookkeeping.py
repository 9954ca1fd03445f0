"""Writes the ledger from payment's own events: one posting for each, under a natural id."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.event import Event
from contracts.payment import (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    PayoutSettled,
    RefundSettled,
)
from payment.application.ports import Ledger
from payment.domain import ledger
from payment.domain.ledger import PostedOrder, Posting
from payment.domain.shares import Shares
from runtime.clock import Clock

POSTED_EVENTS: tuple[type[Event], ...] = (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    RefundSettled,
    PayoutSettled,
)


class Bookkeeping:
    """Keeps the ledger."""

    def __init__(self, postings: Ledger, clock: Clock) -> None:
        self._ledger = postings
        self._clock = clock

    async def post(self, events: Sequence[Event]) -> None:
        """Append the postings of these events; repeats change nothing."""
        postings = [posting for event in events if (posting := posting_of(event)) is not None]
        await self._ledger.append(postings, self._clock())

    async def balances(self) -> dict[str, int]:
        """The balance of every account in fen, debits positive; they sum to zero."""
        return await self._ledger.balances()


def posting_of(event: Event) -> Posting | None:
    """The posting of an event; None for a refund whose shares are reversed by an event of their own."""
    match event:
        case CommissionAccrued():
            return ledger.payment(_order(event), _shares(event), event.creator_id)
        case CommissionReversed():
            return ledger.refund(_order(event), event.refund_id, _shares(event), event.creator_id)
        case LatePaymentReceived():
            return ledger.late_payment(_order(event), event.amount.amount)
        case RefundSettled(late=True):
            return ledger.late_refund(_order(event), event.refund_id, event.amount.amount)
        case PayoutSettled():
            account = (
                (ledger.OWNER + event.mini_program_id)
                if event.payee_kind == "owner"
                else ledger.CREATOR + event.payee
            )
            return ledger.payout(
                event.payout_id, account, event.amount.amount, event.mini_program_id, event.at
            )
    return None


def _order(
    event: CommissionAccrued | CommissionReversed | LatePaymentReceived | RefundSettled,
) -> PostedOrder:
    return PostedOrder(event.order_id, event.mini_program_id, event.collector, event.at)


def _shares(event: CommissionAccrued | CommissionReversed) -> Shares:
    return Shares(event.owner.amount, event.platform.amount, event.creator.amount)
