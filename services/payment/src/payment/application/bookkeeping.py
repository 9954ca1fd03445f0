"""The ledger is written from what payment itself has told: each such event is one posting, under its own id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from contracts.event import Event
from contracts.payment import (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    PayoutSettled,
    RefundSettled,
)
from payment.domain import ledger
from payment.domain.ledger import OfOrder, Posting
from payment.domain.shares import Shares

POSTED: tuple[type[Event], ...] = (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    RefundSettled,
    PayoutSettled,
)


class Ledger(Protocol):
    """Where postings are kept."""

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        """Add those whose id is not there yet; nothing is ever changed or removed."""
        ...


def posting_of(event: Event) -> Posting | None:
    """The posting of an event; None for a refund whose shares were reversed by an event of their own."""
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


def _order(event: CommissionAccrued | CommissionReversed | LatePaymentReceived | RefundSettled) -> OfOrder:
    return OfOrder(event.order_id, event.mini_program_id, event.collector, event.at)


def _shares(event: CommissionAccrued | CommissionReversed) -> Shares:
    return Shares(event.owner.amount, event.platform.amount, event.creator.amount)
