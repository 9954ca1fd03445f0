"""Routes: a call with the scopes it needs, its deadline and its body limit.

A service serves the same paths as the gateway's public surface, so that the gateway can proxy a call unchanged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from runtime.web.tokens import ADMIN, EVERY_ROLE, Principal

MAX_BODY = 1024 * 1024
"""1 MiB: no call but a picture upload comes near it."""
DEADLINE_SECONDS = 10.0

Admit = Callable[[web.Request], Awaitable[None]]
"""Raises Problem for a call that is not to be answered now."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PRINCIPAL = web.RequestKey("principal", Principal)
ANSWER_HEADERS = web.RequestKey("answer_headers", dict[str, str])
"""Headers of this call's answer, whatever it is: a stream or an error too."""


@dataclass(frozen=True, slots=True)
class Route:
    """One call. The token must carry one of `scopes`; `PUBLIC` (empty) needs no token.

    `roles` may call it besides `ADMIN`. Unless it says so, every role may read (GET), and only `ADMIN` may change anything.
    A suspended owner may read, and change something only by a route with `while_suspended`.
    `admit` is asked first for every call, once the caller is known (the request then has `PRINCIPAL`) or found not to be.
    `deadline` in seconds ends a call that takes too long with 503; None is for streams.
    """

    method: str
    path: str
    handler: Handler
    scopes: frozenset[str]
    deadline: float | None = DEADLINE_SECONDS
    max_body: int = MAX_BODY
    roles: frozenset[str] | None = None
    admit: Admit | None = None
    while_suspended: bool = False

    @property
    def admitted_roles(self) -> frozenset[str]:
        """The roles that may call it."""
        return admitted_roles(self.method, self.roles)


def admitted_roles(method: str, stated: frozenset[str] | None) -> frozenset[str]:
    """The roles that may use a method for which these are stated."""
    if stated is None:
        return EVERY_ROLE if method == "GET" else frozenset({ADMIN})
    return stated | {ADMIN}


def scopes(*names: str) -> frozenset[str]:
    """Any one of these scopes is enough."""
    return frozenset(names)


def roles(*names: str) -> frozenset[str]:
    """These roles may call it, besides `ADMIN`."""
    return frozenset(names)


def principal_of(request: web.Request) -> Principal:
    """The caller; only on routes that have scopes."""
    return request[PRINCIPAL]
