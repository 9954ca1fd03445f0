"""Texts that wait for an operator: each service keeps its own, and the gateway makes one list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web

from gateway.checks import CheckedRequest
from gateway.proxy import CallHandler
from gateway.upstreams import Upstreams
from runtime.web.cursors import invalid_cursor
from runtime.web.problems import not_found

SERVICES = ("catalog", "checkout")
"""In the order of the list."""
SERVICE_OF = {"product": "catalog", "video": "catalog", "review": "checkout", "answer": "checkout"}
"""The service of each kind of check. A check's id begins with its kind."""


@dataclass(frozen=True, slots=True)
class ContentCheckRoutes:
    """Lists the texts that wait, and sends a verdict to the service that keeps the text."""

    upstreams: Upstreams

    def handlers(self) -> dict[str, CallHandler]:
        """By the name of the call."""
        return {
            "list_content_checks": self.list_waiting,
            "read_content_check": self.pass_on,
            "approve_content": self.pass_on,
            "reject_content": self.pass_on,
        }

    async def list_waiting(self, request: CheckedRequest) -> web.StreamResponse:
        """One service after the other, until the page is full. The cursor says which, and where in its list.

        With `updated_since`, each service's are in the order of their last change.
        """
        items: list[Any] = []
        place = _place_in(request.query.cursor)
        limit: int = request.query.limit
        changed = request.query.updated_since
        since = {"updated_since": changed.isoformat()} if changed is not None else {}
        while True:
            service, cursor = place
            query = {"limit": limit - len(items), **({"cursor": cursor} if cursor else {}), **since}
            target = f"/v1/ops/content-checks?{urlencode(query)}"
            found = await self.upstreams.get(service, request.http, target)
            if not found.is_success:
                return found.response()
            page = found.json()
            items += page["items"]
            following = _next(service, page["next_cursor"])
            if following is None or len(items) >= limit:
                next_cursor = ".".join(following) if following is not None else None
                return found.response(orjson.dumps({"items": items, "next_cursor": next_cursor}))
            place = following

    async def pass_on(self, request: CheckedRequest) -> web.StreamResponse:
        """The service that keeps the text answers; an id of no kind that we know does not exist."""
        service = SERVICE_OF.get(request.path["check_id"].partition("_")[0])
        if service is None:
            raise not_found("the check")
        return (await self.upstreams.call(service, request.http, request.body or b"")).response()


def _place_in(cursor: str | None) -> tuple[str, str]:
    """The service and its own cursor, empty for its first page."""
    if cursor is None:
        return SERVICES[0], ""
    service, _, inner = cursor.partition(".")
    if service not in SERVICES:
        raise invalid_cursor()
    return service, inner


def _next(service: str, cursor: str | None) -> tuple[str, str] | None:
    if cursor is not None:
        return service, cursor
    following = SERVICES[SERVICES.index(service) + 1 :]
    return (following[0], "") if following else None
