"""The table of all public calls."""

from __future__ import annotations

from gateway.calls import Call
from gateway.table import (
    access,
    audit,
    buyers_reviews,
    carts,
    coupons,
    creators,
    delivery,
    feeds,
    identities,
    media,
    mini_programs,
    operation,
    operator_orders,
    orders,
    owner_orders,
    owners,
    pages,
    payments,
    reviews,
    settlements,
    share_codes,
    stock,
    webhooks,
)

PARTS = (
    access,
    audit,
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
    media,
    stock,
    feeds,
    creators,
    operator_orders,
    owner_orders,
    webhooks,
    coupons,
    operation,
)
CALLS: tuple[Call, ...] = tuple(call for part in PARTS for call in part.CALLS)
