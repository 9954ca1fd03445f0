"""A receiver on a free port of 127.0.0.1 that behaves well or badly, and remembers every call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import CIMultiDictProxy

Behaviour = Callable[["Call", web.Request], Awaitable[web.StreamResponse]]
MIB = 1024 * 1024


@dataclass(frozen=True)
class Call:
    """One call of the receiver."""

    path: str
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def type(self) -> str:
        return str(self.event["type"])


async def accepts(call: Call, request: web.Request) -> web.StreamResponse:
    return web.Response(text="thank you")


async def fails(call: Call, request: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text="out of order")


async def is_gone(call: Call, request: web.Request) -> web.StreamResponse:
    return web.Response(status=410)


async def hangs(call: Call, request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def redirects(call: Call, request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")


async def closes(call: Call, request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def answers_much(call: Call, request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"x" * 10 * MIB)


def asks_to_wait(seconds: str) -> Behaviour:
    async def waits(call: Call, request: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": seconds})

    return waits


@dataclass
class Receiver:
    """Answers by `behaviour`."""

    behaviour: Behaviour = accepts
    calls: list[Call] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def types(self) -> list[str]:
        return [call.type for call in self.calls]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Receiver]:
        async def answer(request: web.Request) -> web.StreamResponse:
            call = Call(request.path, request.headers, await request.read())
            self.calls.append(call)
            return await self.behaviour(call, request)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()
