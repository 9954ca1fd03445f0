"""Paging that stays stable while the index changes.

A cursor carries what has been shown, as three bytes a product. The next page is the best of what has not been shown, by
the index of that moment: no product comes twice, and none that stays is passed over, whatever was added, changed or
removed in between, on whichever replica. That is why depth is limited.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from hashlib import blake2b

from search.domain.queries import QueryRefused

KEY_BYTES = 3
"""Two products share a key once in 16 million; of 1,000 shown, a new one is taken for shown once in 16,000 times."""
MARK_BYTES = 4
DEEPEST = 1_000
"""Products one can page through: nobody does, programs have feeds and streams for that."""


def key_of(number: int) -> bytes:
    """The key in a cursor of the product with this number."""
    return (number & 0xFFFFFF).to_bytes(KEY_BYTES, "big")


def write_cursor(question: str, seen: Iterable[bytes]) -> str | None:
    """The cursor after `seen`, good for `question` only; None when the depth is used up."""
    keys = list(seen)
    if len(keys) >= DEEPEST:
        return None
    return base64.urlsafe_b64encode(_mark(question) + b"".join(keys)).decode().rstrip("=")


def read_cursor(question: str, cursor: str | None) -> list[bytes]:
    """What has been shown, in order; raises QueryRefused for a cursor of another question or a broken one."""
    if cursor is None:
        return []
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise QueryRefused("bad_cursor", "cursor", "this is no cursor of an earlier answer") from None
    mark, keys = raw[:MARK_BYTES], raw[MARK_BYTES:]
    if mark != _mark(question) or not keys or len(keys) % KEY_BYTES or len(keys) > DEEPEST * KEY_BYTES:
        raise QueryRefused("bad_cursor", "cursor", "this cursor belongs to another query")
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]


def _mark(question: str) -> bytes:
    return blake2b(question.encode(), digest_size=MARK_BYTES).digest()
