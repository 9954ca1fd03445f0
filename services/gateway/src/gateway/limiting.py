"""Rate limits of routes: whose bucket a call spends from, and what callers read of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web

from contracts.api.limits import LimitsView, LimitView
from gateway.callers import CLAIMED_CLIENT, address_of, with_address
from gateway.calls import Call
from gateway.checks import CheckedRequest
from gateway.rate_limits import Class, Lend, RateLimits, Seconds
from gateway.settings import Settings
from runtime.web.bodies import json_response
from runtime.web.problems import Problem
from runtime.web.routes import ANSWER_HEADERS, PRINCIPAL, Admit, Handler, Route
from runtime.web.tokens import VIEWER

MINUTE, HOUR = 60, 3600
WRONG_SECRETS_PER_MINUTE = 60
"""For one client, and from one address. A program that renews its token sends one secret in 15 minutes."""
PAUSE_SECONDS = 1.0
"""Before the answer to a wrong secret above the limit."""

Pause = Callable[[float], Awaitable[None]]


class Limiting:
    """Gives each route its limit. Every limit holds for all gateways together."""

    def __init__(self, settings: Settings, lend: Lend, now: Seconds, pause: Pause = asyncio.sleep) -> None:
        self.callers = RateLimits(settings.limits(), lend, now)
        self._registrations = RateLimits({"registration": settings.limit_registration}, lend, now, HOUR)
        self._wrong_secrets = RateLimits({"wrong_secret": WRONG_SECRETS_PER_MINUTE}, lend, now, MINUTE)
        self._pause = pause
        self._proxies = settings.proxies
        self.admit_unmatched = self._knowing_address(self._admit_unmatched)
        """Admits a call that the table does not have: it counts as a `read` or a `write`."""

    def limited(self, route: Route, call: Call) -> Route:
        """The route with its limit: of its caller, which is the address if no valid token is sent."""
        if call.limit == "registration":
            return replace(route, admit=self._knowing_address(self._admit_registration))
        if call.limit == "wrong_secret":
            admit_all = self._knowing_address(self._state_wrong_secrets)
            return replace(route, handler=self._by_wrong_secrets(route.handler), admit=admit_all)

        async def admit(request: web.Request) -> None:
            await self._admit_caller(request, call.limit_class)

        return replace(route, admit=self._knowing_address(admit))

    def _knowing_address(self, admit: Admit) -> Admit:
        return with_address(admit, self._proxies)

    async def _admit_unmatched(self, request: web.Request) -> None:
        await self._admit_caller(request, "read" if request.method in {"GET", "HEAD"} else "write")

    async def _admit_caller(self, request: web.Request, limit: Class) -> None:
        caller = owner_of_bucket(request)
        try:
            await self.callers.admit(caller, limit)
        finally:
            request[ANSWER_HEADERS].update(self.callers.headers(caller, limit))

    async def _admit_registration(self, request: web.Request) -> None:
        address = f"address {address_of(request)}"
        try:
            await self._registrations.admit(address, "registration")
        except Problem as over:
            detail = (
                "Too many owners registered from your address within an hour. Try again after Retry-After."
            )
            raise Problem(over.status, over.code, detail, headers=over.headers) from None
        finally:
            request[ANSWER_HEADERS].update(self._registrations.headers(address, "registration"))

    async def _state_wrong_secrets(self, request: web.Request) -> None:
        address = f"address {address_of(request)}"
        request[ANSWER_HEADERS].update(self._wrong_secrets.headers(address, "wrong_secret"))

    def _by_wrong_secrets(self, handler: Handler) -> Handler:
        """Only a wrong secret spends. The right one is let in always, so that nobody keeps a client out by wrong ones."""

        async def handle(request: web.Request) -> web.StreamResponse:
            answer = await handler(request)
            if answer.status == HTTPStatus.UNAUTHORIZED:
                try:
                    await self._spend_for_wrong_secret(request)
                finally:
                    await self._state_wrong_secrets(request)
            return answer

        return handle

    async def _spend_for_wrong_secret(self, request: web.Request) -> None:
        names = [f"address {address_of(request)}"]
        if client := request.get(CLAIMED_CLIENT):
            names.append(f"client {client}")
        outcomes = await asyncio.gather(
            *(self._wrong_secrets.admit(name, "wrong_secret") for name in names), return_exceptions=True
        )
        over = next((outcome for outcome in outcomes if outcome is not None), None)
        if not isinstance(over, Problem):
            if over is not None:
                raise over
            return
        await self._pause(PAUSE_SECONDS)
        detail = (
            "Too many wrong secrets within a minute, for this client or from your address; this one is wrong too. Check the "
            "client_id and the client_secret: the right ones get a token at once."
        )
        raise Problem(over.status, over.code, detail, headers=over.headers)


def owner_of_bucket(request: web.Request) -> str:
    """The client, or the viewer of a session, so that none uses up another's limit; without a valid token the address."""
    principal = request.get(PRINCIPAL)
    if principal is None:
        return f"address {address_of(request)}"
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
