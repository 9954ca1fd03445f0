"""Order ids: the mini program's id, `_`, then 26 characters that follow from the buyer and the idempotency key.

So a repeated request finds the order that the first one placed, and an order's collection follows from its id alone.
"""

from __future__ import annotations

import base64
import hashlib
import re

_ORDER_ID = re.compile(r"([a-z0-9]{8,32})_[A-Za-z0-9]{16,31}")


def order_id_of(mini_program_id: str, openid: str, key: str) -> str:
    """The id of the order that this buyer places with this idempotency key."""
    digest = hashlib.sha256("\x1f".join((mini_program_id, openid, key)).encode()).digest()
    return f"{mini_program_id}_{base64.b32encode(digest).decode()[:26]}"


def mini_program_of(order_id: str) -> str | None:
    """The mini program in an order id; None if this is not one of our order ids."""
    match = _ORDER_ID.fullmatch(order_id)
    return match[1] if match else None
