"""Opaque cursors of lists: the position after which the next page starts."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from runtime.web.problems import Problem


def write_cursor(*position: str | int) -> str:
    """A cursor that `read_cursor` turns back into the same values."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def read_cursor(cursor: str, *types: type[str] | type[int]) -> tuple[Any, ...]:
    """The values in a cursor, of these types; raises Problem 422 `invalid_cursor` for a cursor that we did not give."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise invalid_cursor() from None
    if not isinstance(values, list) or [type(value) for value in values] != list(types):
        raise invalid_cursor()
    return tuple(values)


def invalid_cursor() -> Problem:
    """422: the cursor is not one of this list."""
    message = "The cursor is not one of this list. Send the next_cursor of the answer before, unchanged."
    return Problem(422, "invalid_cursor", message, errors=[("cursor", message)])
