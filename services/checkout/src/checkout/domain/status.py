"""The life of an order as one explicit table (design: the order).

A trigger in a state is a transition, a repeat (a fact that the state already holds, or that it has overtaken: a counted
no-op), or illegal. There is no fourth case; the test of this module goes through every pair.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where an order stands."""

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
    """What can move an order: facts from other services and commands from people."""

    STOCK_RESERVED = "stock_reserved"
    STOCK_REJECTED = "stock_rejected"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_SETTLED = "payment_settled"
    PAYMENT_CLOSED = "payment_closed"
    CLOSE = "close"
    SHIP = "ship"
    RECEIVE = "receive"
    REFUND_IN_FULL = "refund_in_full"


class IllegalTransition(Exception):
    """`trigger` can never be legal in `status`."""

    def __init__(self, status: Status, trigger: Trigger) -> None:
        super().__init__(f"an order that is {status} cannot take {trigger}")
        self.status = status
        self.trigger = trigger


_S, _T = Status, Trigger

TRANSITIONS: dict[tuple[Status, Trigger], Status] = {
    (_S.PLACED, _T.STOCK_RESERVED): _S.CONFIRMED,
    (_S.PLACED, _T.STOCK_REJECTED): _S.REJECTED,
    (_S.PLACED, _T.CLOSE): _S.CLOSING,
    (_S.CONFIRMED, _T.PAYMENT_REQUESTED): _S.AWAITING_PAYMENT,
    (_S.CONFIRMED, _T.PAYMENT_SETTLED): _S.PAID,
    (_S.CONFIRMED, _T.CLOSE): _S.CLOSING,
    (_S.AWAITING_PAYMENT, _T.PAYMENT_REQUESTED): _S.AWAITING_PAYMENT,  # a fresh link
    (_S.AWAITING_PAYMENT, _T.PAYMENT_SETTLED): _S.PAID,
    (_S.AWAITING_PAYMENT, _T.CLOSE): _S.CLOSING,
    (_S.CLOSING, _T.PAYMENT_SETTLED): _S.PAID,  # the money won
    (_S.CLOSING, _T.PAYMENT_CLOSED): _S.CANCELLED,
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
        (_S.CLOSING, _T.CLOSE),
        (_S.CANCELLED, _T.CLOSE),
        (_S.COMPLETED, _T.RECEIVE),
        (_S.REFUNDED, _T.REFUND_IN_FULL),
    }
)

OPEN = frozenset({_S.PLACED, _S.CONFIRMED, _S.AWAITING_PAYMENT})
"""States that a deadline ends."""

ENDED = frozenset({_S.REJECTED, _S.CANCELLED, _S.REFUNDED, _S.COMPLETED})


def next_status(status: Status, trigger: Trigger) -> Status | None:
    """The state after `trigger`; None for a repeat. Raises IllegalTransition for what can never be."""
    following = TRANSITIONS.get((status, trigger))
    if following is None and (status, trigger) not in REPEATS:
        raise IllegalTransition(status, trigger)
    return following
