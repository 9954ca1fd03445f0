"""Routes of the public calls. Each call is checked, then answered here or passed on to its service.

A service's answer goes back to the caller byte for byte.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.calls import Call
from gateway.checks import CheckedRequest, Checks
from gateway.headers import SECURITY, TO_CALLER
from gateway.upstreams import Reply, Upstreams, only
from runtime.web.routes import Handler, Route

CallHandler = Callable[[CheckedRequest], Awaitable[web.StreamResponse]]
Observer = Callable[[CheckedRequest, Reply], None]
"""Sees a successful answer before it goes out. Must be fast and must not raise."""


def route_of(call: Call, handler: Handler) -> Route:
    """The route of a call."""
    return Route(call.method, call.path, handler, call.scopes, call.deadline, call.max_body)


def composed(call: Call, answer: CallHandler) -> Route:
    """A call that the gateway answers itself."""
    checks = Checks(call)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(await checks(request))

    return route_of(call, handle)


def proxied(call: Call, upstreams: Upstreams, observer: Observer | None = None) -> Route:
    """A call that `call.service` answers."""
    checks = Checks(call)
    empty_body = b"{}" if call.body_optional else b""

    async def handle(request: web.Request) -> web.StreamResponse:
        checked = await checks(request)
        reply = await upstreams.call(call.service, request, checked.body or empty_body)
        if observer is not None and reply.is_success and request.method == call.method:
            observer(checked, reply)
        return reply.response()

    return route_of(call, handle)


def streamed(call: Call, upstreams: Upstreams) -> Route:
    """A call whose answer is passed on while it arrives, for as long as that takes.

    If the service fails meanwhile, the caller's connection ends too: a part of an answer is never taken for the whole.
    """
    checks = Checks(call)

    async def handle(request: web.Request) -> web.StreamResponse:
        await checks(request)
        async with upstreams.open(call.service, request) as answer:
            if answer.status != 200:
                return Reply(answer.status, answer.headers, await answer.read()).response()
            stream = web.StreamResponse(headers=only(TO_CALLER, answer.headers))
            stream.headers.update(SECURITY)
            stream.headers["X-Accel-Buffering"] = "no"
            if request.method == "HEAD":
                return stream
            await stream.prepare(request)
            async for part in answer.content.iter_any():
                await stream.write(part)
            return stream

    return route_of(call, handle)
