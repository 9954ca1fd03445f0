"""Seals of orders: what checkout asks a buyer to pay cannot be changed or made up by others.

StockReserved carries the order, and catalog publishes it. Payment opens a trade at the order's price because of checkout's seal,
whoever published the record. Checkout seals and payment verifies with a secret that both have.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

from contracts.checkout import OrderPlaced

_FIRST = "1:"
"""Begins a seal over `_SEALED`. A seal over other fields needs another beginning, and payment accepts both during an update."""
_SEALED: dict[str, Any] = {
    **dict.fromkeys(
        ("order_id", "mini_program_id", "openid", "merchant", "payment_product", "subject"), True
    ),
    **dict.fromkeys(("return_url", "expires_at"), True),
    **{name: {"amount", "currency"} for name in ("total", "subtotal", "delivery_fee", "discount")},
    "lines": {
        "__all__": {
            "sku_id": True,
            "quantity": True,
            "line_total": {"amount", "currency"},
            "terms": {"platform_bp", "creator_bp"},
        }
    },
    "attribution": {"creator_id"},
}
"""All that a trade takes from its order."""


def sealed(order: OrderPlaced, secret: str) -> OrderPlaced:
    """The order with its seal."""
    return order.model_copy(update={"seal": _seal(order, secret)})


def is_sealed(order: OrderPlaced, secret: str) -> bool:
    """Whether the order has the seal that checkout gives to an order with these goods, amounts, terms, buyer and deadline."""
    return hmac.compare_digest((order.seal or "").encode(), _seal(order, secret).encode())


def _seal(order: OrderPlaced, secret: str) -> str:
    content = json.dumps(order.model_dump(mode="json", include=_SEALED), sort_keys=True)
    return _FIRST + hmac.new(secret.encode(), content.encode(), "sha256").hexdigest()
