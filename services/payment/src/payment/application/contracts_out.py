"""Maps payment's domain to contracts. Use cases call it, and hand the events to a store together with the change."""

from __future__ import annotations

from contracts.event import Event
from contracts.money import cny
from contracts.payment import (
    CommissionAccrued,
    CommissionReversed,
    LatePaymentReceived,
    OwnerPaymentRecorded,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
    PayoutSettled,
    RefundFailed,
    RefundSettled,
)
from payment.domain.events import Closed, Received, ReceivedLate, Refunded, RefundRefused, TradeEvent
from payment.domain.owner_payments import OwnerPayment
from payment.domain.payouts import Payout
from payment.domain.provider import Form
from payment.domain.shares import Shares
from payment.domain.statements import Statement
from payment.domain.trade import StoredTrade, Trade, TradeChange, UnopenedTrade


def payment_requested(trade: Trade, form: Form) -> Event:
    """For a new trade."""
    return PaymentRequested(
        **_common(trade), at=trade.requested_at, product=trade.product,
        out_trade_no=trade.order_id, cashier_url=form.cashier_url, order_string=form.order_string,
    )  # fmt: skip


def closed_unopened(trade: UnopenedTrade) -> Event:
    """For an order that ended before its trade was opened."""
    return PaymentClosed(**_common(trade), at=trade.closed_at, reason=trade.close_reason)


def events_of(change: TradeChange) -> list[Event]:
    """The contracts for a change, at the version of the trade after it."""
    return [contract for event in change.events for contract in _contracts(change.trade, event)]


def payout_settled(statement: Statement, payout: Payout) -> Event:
    """For a new payout."""
    return PayoutSettled(
        version=payout.version, mini_program_id=statement.totals.mini_program_id, at=payout.at,
        payout_id=payout.payout_id, payee=statement.payee, payee_kind=statement.payee_kind, day=statement.day,
        amount=cny(payout.amount),
    )  # fmt: skip


def owner_payment_recorded(payment: OwnerPayment) -> list[Event]:
    """For a new payment of an owner: one event for each mini program."""
    received = payment.received
    return [
        OwnerPaymentRecorded(
            version=payment.version, mini_program_id=part.mini_program_id, at=payment.at, payment_id=payment.payment_id,
            owner_id=received.owner_id, amount=cny(part.amount), reference=received.reference,
            paid_on=received.paid_on.isoformat(),
        )
        for part in payment.parts
    ]  # fmt: skip


def _contracts(trade: Trade, event: TradeEvent) -> list[Event]:
    common, collector = _common(trade), trade.collector.name
    match event:
        case Received(trade_no, amount, at, shares):
            settled = PaymentSettled(
                **common, at=at, trade_no=trade_no, amount=cny(amount), collector=collector
            )
            return [settled, CommissionAccrued(**common, at=at, **_parts(trade, shares))]
        case ReceivedLate(trade_no, amount, at, refund_id):
            late = LatePaymentReceived(
                **common, at=at, trade_no=trade_no, amount=cny(amount), refund_id=refund_id, collector=collector
            )  # fmt: skip
            return [late]
        case Closed(reason, at):
            return [PaymentClosed(**common, at=at, reason=reason)]
        case Refunded(refund_id, amount, at, shares):
            refund = RefundSettled(
                **common, at=at, refund_id=refund_id, amount=cny(amount), late=shares is None, collector=collector
            )  # fmt: skip
            if shares is None:
                return [refund]
            return [
                refund,
                CommissionReversed(**common, at=at, refund_id=refund_id, **_parts(trade, shares)),
            ]
        case RefundRefused(refund_id, amount, at, reason, late):
            failed = RefundFailed(
                **common, at=at, refund_id=refund_id, amount=cny(amount), reason=reason, late=late
            )
            return [failed]


def _common(trade: StoredTrade) -> dict[str, object]:
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
        "collector": trade.collector.name,
        "at_owner": trade.collector.owner_id is not None,
    }
