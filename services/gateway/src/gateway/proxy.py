"""Routes of the public calls. Each call is checked, then answered here or passed on to its service.

A service's answer goes back to the caller byte for byte, apart from compression.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import aiohttp
from aiohttp import web

from gateway.bodies import BodyBudget
from gateway.callers import Credentials, caller_of
from gateway.calls import Call
from gateway.checks import CheckedRequest, Checks
from gateway.headers import CALL_NAME, SECURITY, TO_CALLER
from gateway.upstreams import Lane, Reply, Upstreams, only, read_reply
from runtime.web.endless import EVENT_STREAM, endless
from runtime.web.routes import Handler, Route

CallHandler = Callable[[CheckedRequest], Awaitable[web.StreamResponse]]
Observer = Callable[[CheckedRequest, Reply], None]
"""Sees a successful answer before it goes out. Must be fast and must not raise."""
SMALL_ANSWER = 256 * 1024
"""Bytes. A stream's answer that is no longer than this is read whole, so that it can be compressed."""


def route_of(call: Call, handler: Handler) -> Route:
    """The route of a call."""
    return Route(
        call.method,
        call.path,
        handler,
        call.scopes,
        call.deadline,
        call.max_body,
        call.roles,
        while_suspended=call.while_suspended,
    )


def composed(call: Call, bodies: BodyBudget, answer: CallHandler) -> Route:
    """A call that the gateway answers itself."""
    checks = Checks(call)

    async def handle(request: web.Request) -> web.StreamResponse:
        request[CALL_NAME] = call.name
        with bodies.charge(caller_of(request)) as charge:
            return await answer(await checks(request, charge))

    return route_of(call, handle)


def proxied(call: Call, bodies: BodyBudget, upstreams: Upstreams, observer: Observer | None = None) -> Route:
    """A call that `call.service` answers."""
    empty_body = b"{}" if call.body_optional else b""
    lane: Lane | None = "tokens" if call.names_client else None
    credentials = Credentials() if call.names_client else None

    async def answer(checked: CheckedRequest) -> web.StreamResponse:
        if credentials is not None:
            credentials.note(checked.http, checked.body or b"")
        if checked.body is None:
            reply = await upstreams.upload(call.service, checked.http, call.max_body)
        else:
            reply = await upstreams.call(call.service, checked.http, checked.body or empty_body, lane)
        if credentials is not None and reply.is_success:
            credentials.got_a_token(checked.http)
        if observer is not None and reply.is_success and checked.http.method == call.method:
            observer(checked, reply)
        return reply.response()

    return composed(call, bodies, answer)


def streamed(call: Call, bodies: BodyBudget, upstreams: Upstreams) -> Route:
    """A call whose answer is passed on while it arrives, for as long as that takes.

    If the service fails in between, the caller's connection ends too: a part of an answer is never taken for the whole.
    """

    async def answer(checked: CheckedRequest) -> web.StreamResponse:
        async with upstreams.open(call.service, checked.http, lane="streams") as arriving:
            length = arriving.content_length
            if not 200 <= arriving.status < 300 or (length is not None and length <= SMALL_ANSWER):
                return (await read_reply(arriving)).response()
            return await _pass_on(checked.http, arriving)

    return composed(call, bodies, answer)


async def _pass_on(request: web.Request, arriving: aiohttp.ClientResponse) -> web.StreamResponse:
    stream = web.StreamResponse(status=arriving.status, headers=only(TO_CALLER, arriving.headers))
    stream.content_length = arriving.content_length
    stream.headers.update({name: value for name, value in SECURITY.items() if name not in stream.headers})
    stream.headers["X-Accel-Buffering"] = "no"
    if request.method == "HEAD":
        return stream
    await stream.prepare(request)
    with endless(request) if arriving.content_type == EVENT_STREAM else nullcontext():
        async for part in arriving.content.iter_any():
            await stream.write(part)
    return stream
