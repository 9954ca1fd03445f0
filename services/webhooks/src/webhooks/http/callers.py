"""The owner that calls."""

from __future__ import annotations

from aiohttp import web

from runtime.web.routes import principal_of


def owner_of(request: web.Request) -> str:
    """The owner whose client calls; nothing belongs to an empty id."""
    return principal_of(request).owner_id or ""
