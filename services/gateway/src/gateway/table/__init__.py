"""The table of all public calls."""

from __future__ import annotations

from gateway.calls import Call
from gateway.table import (
    access,
    buyers_reviews,
    creators,
    identities,
    mini_programs,
    operation,
    orders,
    owner_orders,
    owners,
    pages,
    payments,
    reviews,
    settlements,
    share_codes,
)

CALLS: tuple[Call, ...] = (
    *access.CALLS, *identities.CALLS, *pages.CALLS, *orders.CALLS, *buyers_reviews.CALLS, *share_codes.CALLS, *payments.CALLS,
    *settlements.CALLS, *mini_programs.CALLS, *reviews.CALLS, *owners.CALLS, *creators.CALLS, *owner_orders.CALLS, *operation.CALLS,
)  # fmt: skip
