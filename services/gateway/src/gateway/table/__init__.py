"""The table of all public calls."""

from __future__ import annotations

from gateway.calls import Call
from gateway.table import (
    access,
    buyers_reviews,
    carts,
    creators,
    delivery,
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
    stock,
)

PARTS = (
    access,
    identities,
    pages,
    orders,
    delivery,
    buyers_reviews,
    carts,
    share_codes,
    payments,
    settlements,
    mini_programs,
    reviews,
    owners,
    stock,
    creators,
    owner_orders,
    operation,
)
CALLS: tuple[Call, ...] = tuple(call for part in PARTS for call in part.CALLS)
