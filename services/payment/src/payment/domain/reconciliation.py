"""Comparing what we booked with what the provider's bill says, movement by movement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Movement:
    """Money in (`refund_id` None, amount above zero) or back (amount below zero), in fen."""

    order_id: str
    refund_id: str | None
    amount: int
