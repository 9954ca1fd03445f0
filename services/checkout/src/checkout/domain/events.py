"""What happened to an order. `application/contracts_out.py` maps each to the contract that other services read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Placed:
    """A buyer placed the order."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Stock is reserved for the order."""


@dataclass(frozen=True, slots=True)
class CloseRequested:
    """The order is to end, unless the money came first."""

    reason: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The whole amount was received."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A parcel with these SKUs and quantities was sent; `complete` if nothing is left to send."""

    carrier: str
    complete: bool
    shipment_id: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """The buyer has received the goods: `by` is `viewer` if they said so, `timeout` if their time has passed."""

    by: Literal["viewer", "timeout"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The order cannot be fulfilled."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The order ended unpaid."""

    reason: str


@dataclass(frozen=True, slots=True)
class RefundRequested:
    """The buyer wants money back."""

    refund_id: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class RefundApproved:
    """Payment is to send the money back."""

    refund_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class RefundRejected:
    """The owner keeps the money."""

    refund_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class RefundWithdrawn:
    """The buyer took the request back."""

    refund_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money was sent back; `release_stock` if everything was refunded before anything was shipped.

    Once everything is refunded, `unsent` are the SKUs and quantities that were never shipped.
    """

    refund_id: str
    amount: int
    release_stock: bool
    unsent: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """The provider refused to send the money back."""

    refund_id: str
    amount: int


OrderEvent = (
    Placed | Confirmed | CloseRequested | Paid | Shipped | Completed | Rejected | Cancelled
    | RefundRequested | RefundApproved | RefundRejected | RefundWithdrawn | Refunded | RefundFailed
)  # fmt: skip
