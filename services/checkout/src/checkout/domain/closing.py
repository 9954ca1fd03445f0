"""Why an order ends before anything was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CANCELLED_BY_BUYER = "cancelled_by_buyer"
CANCELLED_BY_OWNER = "cancelled_by_owner"
PAYMENT_DEADLINE = "payment_deadline"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The owner, or an operator, ends the order, for a reason that the buyer reads."""

    by: Literal["owner", "operator"]
    reason: str
    at: datetime
