"""What an order says happened to it. `messages` maps each to the contract that other services read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """A buyer placed it."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Stock is held for it."""


@dataclass(frozen=True, slots=True)
class CloseRequested:
    """It is to end unless the money came first."""

    reason: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The money is there."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A parcel is on its way."""

    carrier: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Completed:
    """The buyer has the goods."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """It could not be taken."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It ended unpaid."""

    reason: str


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """The buyer asks for money back."""

    refund_id: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class RefundAllowed:
    """Money is to go back."""

    refund_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class RefundDeclined:
    """No money goes back."""

    refund_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money went back."""

    refund_id: str
    amount: int
    release_stock: bool


OrderEvent = (
    Placed | Confirmed | CloseRequested | Paid | Shipped | Completed | Rejected | Cancelled
    | RefundAsked | RefundAllowed | RefundDeclined | Refunded
)  # fmt: skip
