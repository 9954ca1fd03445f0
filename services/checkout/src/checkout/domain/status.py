"""The life of an order as one explicit table.

A trigger in a status is a transition, a repeat (the order has already been there: nothing changes), or illegal. There is
no fourth case; the test of this module covers every pair.
"""

from __future__ import annotations

from enum import StrEnum

from checkout.domain.errors import IllegalTransition


class Status(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    AWAITING_PAYMENT = "awaiting_payment"
    CLOSING = "closing"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Trigger(StrEnum):
    """What can move an order: facts from other services, and commands of buyers and owners.

    A buyer or a deadline closes an order that is not paid; its owner cancels it, paid or not, before anything is sent.
    """

    STOCK_RESERVED = "stock_reserved"
    STOCK_REJECTED = "stock_rejected"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_SETTLED = "payment_settled"
    PAYMENT_CLOSED = "payment_closed"
    PAYMENT_IMPOSSIBLE = "payment_impossible"
    CLOSE = "close"
    CANCEL = "cancel"
    SHIP = "ship"
    RECEIVE = "receive"
    REFUND_IN_FULL = "refund_in_full"


_S, _T = Status, Trigger

TRANSITIONS: dict[tuple[Status, Trigger], Status] = {
    (_S.PLACED, _T.STOCK_RESERVED): _S.CONFIRMED,
    (_S.PLACED, _T.STOCK_REJECTED): _S.REJECTED,
    (_S.PLACED, _T.CLOSE): _S.CLOSING,
    (_S.PLACED, _T.CANCEL): _S.CLOSING,
    (_S.PLACED, _T.PAYMENT_IMPOSSIBLE): _S.CANCELLED,
    (_S.CONFIRMED, _T.PAYMENT_REQUESTED): _S.AWAITING_PAYMENT,
    (_S.CONFIRMED, _T.PAYMENT_SETTLED): _S.PAID,
    (_S.CONFIRMED, _T.CLOSE): _S.CLOSING,
    (_S.CONFIRMED, _T.CANCEL): _S.CLOSING,
    (_S.CONFIRMED, _T.PAYMENT_IMPOSSIBLE): _S.CANCELLED,
    (_S.AWAITING_PAYMENT, _T.PAYMENT_REQUESTED): _S.AWAITING_PAYMENT,  # a fresh link
    (_S.AWAITING_PAYMENT, _T.PAYMENT_SETTLED): _S.PAID,
    (_S.AWAITING_PAYMENT, _T.CLOSE): _S.CLOSING,
    (_S.AWAITING_PAYMENT, _T.CANCEL): _S.CLOSING,
    (_S.CLOSING, _T.CANCEL): _S.CLOSING,  # money that comes first is to go back
    (_S.CLOSING, _T.PAYMENT_SETTLED): _S.PAID,  # the money came first
    (_S.CLOSING, _T.PAYMENT_CLOSED): _S.CANCELLED,
    (_S.CLOSING, _T.PAYMENT_IMPOSSIBLE): _S.CANCELLED,
    (_S.PAID, _T.CANCEL): _S.PAID,  # until all of the money went back
    (_S.PAID, _T.SHIP): _S.SHIPPED,
    (_S.PAID, _T.REFUND_IN_FULL): _S.REFUNDED,
    (_S.SHIPPED, _T.SHIP): _S.SHIPPED,  # another parcel
    (_S.SHIPPED, _T.RECEIVE): _S.COMPLETED,
    (_S.SHIPPED, _T.REFUND_IN_FULL): _S.REFUNDED,
    (_S.COMPLETED, _T.REFUND_IN_FULL): _S.REFUNDED,
}

_AFTER_PAYMENT = (_S.PAID, _S.SHIPPED, _S.COMPLETED, _S.REFUNDED)
_AFTER_RESERVATION = (_S.CONFIRMED, _S.AWAITING_PAYMENT, _S.CLOSING, *_AFTER_PAYMENT, _S.CANCELLED)

REPEATS: frozenset[tuple[Status, Trigger]] = frozenset(
    {
        *((status, _T.STOCK_RESERVED) for status in _AFTER_RESERVATION),
        *((status, _T.STOCK_REJECTED) for status in (_S.REJECTED, _S.CLOSING, _S.CANCELLED)),
        *((status, _T.PAYMENT_REQUESTED) for status in (_S.CLOSING, *_AFTER_PAYMENT, _S.CANCELLED)),
        *((status, _T.PAYMENT_SETTLED) for status in _AFTER_PAYMENT),
        (_S.CANCELLED, _T.PAYMENT_CLOSED),
        (_S.CANCELLED, _T.PAYMENT_IMPOSSIBLE),
        (_S.CLOSING, _T.CLOSE),
        (_S.CANCELLED, _T.CLOSE),
        *((status, _T.CANCEL) for status in (_S.REJECTED, _S.CANCELLED, _S.REFUNDED)),
        (_S.COMPLETED, _T.RECEIVE),
        (_S.REFUNDED, _T.REFUND_IN_FULL),
    }
)

OPEN = frozenset({_S.PLACED, _S.CONFIRMED, _S.AWAITING_PAYMENT})
"""A deadline closes orders in these states."""

UNPAID = OPEN | {_S.CLOSING}
"""Orders in these states hold stock that is not paid."""

ENDED_UNPAID = frozenset({_S.REJECTED, _S.CANCELLED})

ENDED = ENDED_UNPAID | {_S.REFUNDED, _S.COMPLETED}


def next_status(status: Status, trigger: Trigger) -> Status | None:
    """The status after `trigger`; None for a repeat. Raises IllegalTransition for every other pair."""
    following = TRANSITIONS.get((status, trigger))
    if following is None and (status, trigger) not in REPEATS:
        raise IllegalTransition(status, trigger)
    return following
