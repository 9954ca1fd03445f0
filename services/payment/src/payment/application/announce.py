"""Facts of the domain in the words of contracts: the one place where they meet."""

from __future__ import annotations

from contracts.event import Event
from contracts.money import cny
from contracts.payment import (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
    RefundFailed,
    RefundSettled,
)
from payment.domain.facts import Closed, Fact, Received, ReceivedLate, Refunded, RefundRefused
from payment.domain.provider import Form
from payment.domain.shares import Shares
from payment.domain.trade import Change, Trade


def requested(trade: Trade, form: Form) -> Event:
    """The payer can pay."""
    return PaymentRequested(
        **_common(trade), at=trade.requested_at, product=trade.product,
        out_trade_no=trade.order_id, cashier_url=form.cashier_url, order_string=form.order_string,
    )  # fmt: skip


def events_of(change: Change) -> list[Event]:
    """What the change tells, at the version of the trade after it."""
    return [event for fact in change.facts for event in _events(change.trade, fact)]


def _events(trade: Trade, fact: Fact) -> list[Event]:
    common, held_by = _common(trade), trade.payee.collector
    match fact:
        case Received(trade_no, amount, at, shares):
            settled = PaymentSettled(
                **common, at=at, trade_no=trade_no, amount=cny(amount), collector=held_by
            )
            return [settled, CommissionAccrued(**common, at=at, **_parts(trade, shares))]
        case ReceivedLate(trade_no, amount, at, refund_id):
            return [
                LatePaymentReceived(
                    **common,
                    at=at,
                    trade_no=trade_no,
                    amount=cny(amount),
                    refund_id=refund_id,
                    collector=held_by,
                )
            ]
        case Closed(reason, at):
            return [PaymentClosed(**common, at=at, reason=reason)]
        case Refunded(refund_id, amount, at, shares):
            late = shares is None
            back: Event = RefundSettled(
                **common, at=at, refund_id=refund_id, amount=cny(amount), late=late, collector=held_by
            )
            if shares is None:
                return [back]
            reversed_ = CommissionReversed(**common, at=at, refund_id=refund_id, **_parts(trade, shares))
            return [back, reversed_]
        case RefundRefused(refund_id, amount, at, reason):
            return [RefundFailed(**common, at=at, refund_id=refund_id, amount=cny(amount), reason=reason)]


def _common(trade: Trade) -> dict[str, object]:
    return {
        "version": trade.version,
        "order_id": trade.order_id,
        "mini_program_id": trade.mini_program_id,
    }


def _parts(trade: Trade, shares: Shares) -> dict[str, object]:
    return {
        "owner": cny(shares.owner),
        "platform": cny(shares.platform),
        "creator": cny(shares.creator),
        "creator_id": trade.creator_id,
        "collector": trade.payee.collector,
    }
