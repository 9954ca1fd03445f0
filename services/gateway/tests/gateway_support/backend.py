"""A fake service that stands in for all services behind the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from contracts.api.limits import LEASES_PATH
from gateway_support.access import jwks
from runtime.web.protocol import MAX_LINE
from runtime.web.revocations import REVOCATIONS_PATH

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class SeenCall:
    """A call as it reached the service."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeBackend:
    """Answers what a test sets, 404 otherwise, and records the calls."""

    url: str = ""
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    unread: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """Like `answers`, for handlers that read the body themselves; these calls are not recorded."""
    seen: list[SeenCall] = field(default_factory=list)
    looks: int = 0
    """How often the list of revoked tokens was asked for; these calls are not in `seen`."""

    def will_answer(
        self,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Set the answer to a call; `body` is sent as JSON, or as it is if it is bytes."""
        sent = body if isinstance(body, bytes) else orjson.dumps(body)

        async def answer(_: web.Request) -> web.Response:
            return web.Response(
                status=status, body=sent, headers={"Content-Type": "application/json", **(headers or {})}
            )

        self.answers[method, path] = answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Any call except the one for the public keys."""
        if (reading := self.unread.get((request.method, request.path))) is not None:
            return await reading(request)
        body = await request.read()
        answer = self.answers.get((request.method, request.path))
        if request.path == LEASES_PATH:
            return await answer(request) if answer else _lease(body)
        if request.path == REVOCATIONS_PATH:
            self.looks += 1
            return await answer(request) if answer else web.json_response({"items": []})
        self.seen.append(SeenCall(request.method, request.raw_path, dict(request.headers), body))
        if answer is None:
            return web.json_response(
                {"code": "not_found"}, status=404, content_type="application/problem+json"
            )
        return await answer(request)


def _lease(body: bytes) -> web.Response:
    """All tokens that the gateway wants."""
    wanted = orjson.loads(body)["wanted"]
    return web.json_response({"given": wanted, "remaining": wanted})


@asynccontextmanager
async def running_backend() -> AsyncIterator[FakeBackend]:
    """The fake service on a free port."""
    backend = FakeBackend()
    app = web.Application(client_max_size=16 * 1024 * 1024, handler_args={"max_line_size": MAX_LINE})
    app.router.add_get("/.well-known/jwks.json", jwks)
    app.router.add_route("*", "/{path:.*}", backend.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    backend.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield backend
    await runner.cleanup()
