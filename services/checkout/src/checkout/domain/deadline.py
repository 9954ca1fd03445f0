"""When orders must be paid. Orders of one mini program that are placed within the same second share a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.domain.order import Order

SPAN = timedelta(seconds=1)
LATE = timedelta(minutes=2)
"""How long after its deadline an order can still be stored: longer than an insert can take (the driver's time-outs)."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The orders of a mini program that were placed within SPAN from `placed_at` must be paid by `expires_at`.

    `is_last` marks the last check: no more orders with this deadline can appear.
    """

    deadline_id: str
    mini_program_id: str
    placed_at: datetime
    expires_at: datetime
    is_last: bool = False


def deadline_of(order: Order) -> Deadline:
    """The deadline that an order shares with the others of its second."""
    placed, due = order.placed_at.replace(microsecond=0), order.expires_at
    deadline_id = f"{order.mini_program_id}_{placed:%Y%m%dT%H%M%SZ}_{due:%Y%m%dT%H%M%SZ}"
    return Deadline(deadline_id, order.mini_program_id, placed, due)
