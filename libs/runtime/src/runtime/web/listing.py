"""Lists over HTTP: which page is asked for, by `cursor` and `updated_since`, and the cursor of the next one."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from aiohttp import web

from runtime.listing import Asked, ById, ChangedSince
from runtime.web.cursors import id_in, invalid_cursor, list_of, read_cursor, write_cursor
from runtime.web.problems import Problem
from runtime.web.routes import principal_of

PLACES = 8
"""Listings that a client can have open at the same time for one path, as far as their filters fall into different places."""


def asked_page(request: web.Request, cursor: str | None, updated_since: datetime | None) -> Asked:
    """The page that is asked for: by change if there is an `updated_since`. Raises Problem 422 for a cursor of another list."""
    if updated_since is None:
        return ById(id_in(list_of(request), cursor))
    return changed_page(request, cursor, updated_since)


def changed_page(request: web.Request, cursor: str | None, updated_since: datetime) -> ChangedSince:
    """The page of a list by change. Raises Problem 422 for a cursor of another list."""
    filters = int.from_bytes(blake2b(list_of(request).encode(), digest_size=4).digest(), "big")
    place = f"{principal_of(request).subject} {request.path} {filters % PLACES}"
    if cursor is None:
        return ChangedSince(updated_since, place)
    listing_id, offset = read_cursor(list_of(request), cursor, str, int)
    if not listing_id or not 0 <= offset < 2**31:
        raise invalid_cursor()
    return ChangedSince(updated_since, place, listing_id, offset)


def cursor_of(request: web.Request, following: Asked | None) -> str | None:
    """The cursor of the next page; None if there is none."""
    if following is None:
        return None
    if isinstance(following, ChangedSince):
        return write_cursor(list_of(request), following.listing_id, following.offset)
    return write_cursor(list_of(request), following.after or "")


def listing_gone() -> Problem:
    """422 `invalid_cursor`: the listing that the cursor goes on with is kept no longer."""
    message = "This listing has expired, or the client began a newer one. Start again without the cursor."
    return Problem(422, "invalid_cursor", message, errors=[("cursor", message)])


def listing_too_long() -> Problem:
    """422 `invalid_content`: more changed than one listing can hold."""
    message = (
        "Too much has changed since then for one list. Send a later time, or list without updated_since."
    )
    return Problem(422, "invalid_content", message, errors=[("updated_since", message)])
