"""Places in a list, as opaque text: unsigned, since they say nothing but a place, and checked when they come back."""

from __future__ import annotations

import base64
import binascii

import orjson

from catalog.domain.errors import WrongContent

Place = tuple[int | str, ...]
"""The sort key of the last item that was answered."""


def write_cursor(place: Place) -> str:
    """The place as text that fits a query string."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


def read_cursor(cursor: str | None, *shape: type) -> Place | None:
    """The place in a cursor, whose parts are of these types; None at the start. Raises WrongContent for anything else."""
    if cursor is None:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(shape):
        raise WrongContent(("cursor", "take it from an earlier answer's next_cursor"))
    return tuple(parts)
