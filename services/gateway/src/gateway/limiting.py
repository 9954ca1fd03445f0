"""Rate limits of routes: whose bucket a call spends from, and what callers read of it."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from contracts.api.limits import LimitsView, LimitView
from gateway.calls import Call
from gateway.checks import CheckedRequest
from gateway.rate_limits import RateLimits
from runtime.web.bodies import json_response
from runtime.web.routes import ANSWER_HEADERS, Route, principal_of
from runtime.web.tokens import VIEWER


def limited(route: Route, call: Call, limits: RateLimits) -> Route:
    """The route with its caller's limit. A public call has no caller, and so no limit here."""
    if not call.scopes:
        return route

    async def handle(request: web.Request) -> web.StreamResponse:
        caller = owner_of_bucket(request)
        try:
            await limits.admit(caller, call.limit_class)
        finally:
            request[ANSWER_HEADERS].update(limits.headers(caller, call.limit_class))
        return await route.handler(request)

    return replace(route, handler=handle)


def owner_of_bucket(request: web.Request) -> str:
    """The client, or the viewer of a session, so that none uses up another's limit."""
    principal = principal_of(request)
    return f"{'viewer' if principal.has(VIEWER) else 'client'} {principal.subject}"


class LimitRoutes:
    """`GET /v1/limits`."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits

    async def read(self, checked: CheckedRequest) -> web.StreamResponse:
        """The caller's own limits."""
        view = self._limits.view(owner_of_bucket(checked.http))
        return json_response(
            LimitsView(
                limits=[
                    LimitView(name=limit, per_second=size, remaining=remaining)
                    for limit, (size, remaining) in view.items()
                ]
            ),
            headers={"Cache-Control": "no-store"},
        )
