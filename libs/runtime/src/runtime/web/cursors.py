"""Pages of lists: the opaque cursor is the position after which the next page starts, bound to the list and its filters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from aiohttp import web

from runtime.web.problems import Problem

T = TypeVar("T")
OF_THE_PAGE = ("cursor", "limit")
"""Query parameters that may differ from page to page."""
DIGEST_BYTES = 6


def list_of(request: web.Request) -> str:
    """The list that the request reads a page of: the path and the filters, whatever their order."""
    filters = sorted((name, value) for name, value in request.query.items() if name not in OF_THE_PAGE)
    return orjson.dumps([request.path, filters]).decode()


def write_cursor(listed: str, *position: str | int) -> str:
    """A cursor that `read_cursor` turns back into the same values, for the same list (`list_of`) only."""
    values = [_digest(listed), *position]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def read_cursor(listed: str, cursor: str, *types: type[str] | type[int]) -> tuple[Any, ...]:
    """The values in a cursor of this list, of these types; raises Problem 422 `invalid_cursor` for any other cursor."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise invalid_cursor() from None
    if not isinstance(values, list) or [type(value) for value in values] != [str, *types]:
        raise invalid_cursor()
    if values[0] != _digest(listed):
        raise invalid_cursor()
    return tuple(values[1:])


def id_in(listed: str, cursor: str | None) -> str | None:
    """The id after which the page starts, for lists that are ordered by id; None for the first page. Raises as `read_cursor`."""
    return None if cursor is None else str(read_cursor(listed, cursor, str)[0])


def page_of(found: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """The page, and the cursor of the next one. `found` has one item more than `limit` if there is a next page."""
    shown = found[:limit]
    return shown, cursor_of(shown[-1]) if len(found) > limit else None


def invalid_cursor() -> Problem:
    """422: the cursor is not one of this list."""
    message = (
        "The cursor is not one of this list with these filters. Send the next_cursor of the answer before, unchanged, with the "
        "same parameters."
    )
    return Problem(422, "invalid_cursor", message, errors=[("cursor", message)])


def _digest(listed: str) -> str:
    return blake2b(listed.encode(), digest_size=DIGEST_BYTES).hexdigest()
