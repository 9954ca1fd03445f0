"""Calls that a service answers: checked here, passed on, their answers handed back byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from gateway.calls import Call
from gateway.checks import Asked, Checks
from gateway.headers import SECURITY, TO_CALLER
from gateway.upstreams import Reply, Upstreams, kept
from runtime.web.routes import Handler, Route

Compose = Callable[[Asked], Awaitable[web.StreamResponse]]
Observe = Callable[[Asked, Reply], None]
"""Sees a good answer before it goes out; must be quick and never fail."""


def route_of(call: Call, handler: Handler) -> Route:
    """The runtime's route of a call."""
    return Route(call.method, call.path, handler, call.scopes, call.deadline, call.max_body)


def composed(call: Call, compose: Compose) -> Route:
    """A call that the gateway answers itself."""
    checks = Checks(call)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await compose(await checks(request))

    return route_of(call, handle)


def passed(call: Call, upstreams: Upstreams, observe: Observe | None = None) -> Route:
    """A call that `call.service` answers."""
    checks = Checks(call)
    service = call.service
    empty = b"{}" if call.bare else b""

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = await checks(request)
        reply = await upstreams.call(service, request, asked.body or empty)
        if observe is not None and reply.is_good:
            observe(asked, reply)
        return reply.response()

    return route_of(call, handle)


def streamed(call: Call, upstreams: Upstreams) -> Route:
    """A call whose answer comes bit by bit, or has no end of its own."""
    checks = Checks(call)

    async def handle(request: web.Request) -> web.StreamResponse:
        await checks(request)
        async with upstreams.open(call.service, request) as answer:
            if answer.status != 200:
                return Reply(answer.status, answer.headers, await answer.read()).response()
            stream = web.StreamResponse(headers=kept(answer.headers, TO_CALLER))
            stream.headers.update(SECURITY)
            stream.headers["X-Accel-Buffering"] = "no"
            await stream.prepare(request)
            with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                async for part in answer.content.iter_any():
                    await stream.write(part)
            return stream

    return route_of(call, handle)
