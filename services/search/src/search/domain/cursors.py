"""Paging that stays stable while the index changes.

A cursor lists the products shown so far, three bytes each. The next page is the best of the others in the index of that
moment, on whichever replica: no product comes twice and none is skipped, whatever was added, changed or removed in
between. This limits the depth.

The bytes are packed here and not as JSON (`runtime.web.cursors`), which would not fit 1,000 products into the 4,096
characters that the API allows a cursor.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from hashlib import blake2b

from search.domain.errors import QueryRefused

KEY_BYTES = 3
"""Two products share a key once in 16 million; with 1,000 shown, a new one is wrongly skipped once in 16,000 times."""
QUERY_BYTES = 4
MAX_DEPTH = 1_000
"""Products that can be paged through."""


def key_of(number: int) -> bytes:
    """The key in a cursor of the product with this number."""
    return (number & 0xFFFFFF).to_bytes(KEY_BYTES, "big")


def write_cursor(query: str, shown: Iterable[bytes]) -> str | None:
    """The cursor after the products `shown`, valid for `query` only; None at the maximum depth."""
    keys = list(shown)
    if len(keys) >= MAX_DEPTH:
        return None
    return base64.urlsafe_b64encode(_digest(query) + b"".join(keys)).decode().rstrip("=")


def read_cursor(query: str, cursor: str | None) -> list[bytes]:
    """The keys of the products shown so far, in order; raises QueryRefused for a cursor that is broken or belongs to
    another query."""
    if cursor is None:
        return []
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("pass on a next_cursor exactly as it was given") from None
    digest, keys = raw[:QUERY_BYTES], raw[QUERY_BYTES:]
    if digest != _digest(query) or not keys or len(keys) % KEY_BYTES or len(keys) > MAX_DEPTH * KEY_BYTES:
        raise _invalid("this cursor belongs to another query")
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]


def _digest(query: str) -> bytes:
    return blake2b(query.encode(), digest_size=QUERY_BYTES).digest()


def _invalid(message: str) -> QueryRefused:
    return QueryRefused("invalid_cursor", "cursor", message)
