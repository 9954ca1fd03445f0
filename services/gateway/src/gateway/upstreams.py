"""The services behind the gateway. Each has its own connection pool, so that a slow service delays no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from gateway.headers import TO_CALLER, TO_SERVICE
from runtime import telemetry

CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 60.0
"""Streams send at least a comment every 15 s. After a minute of silence the service counts as lost."""
CONNECTIONS = 512
KEEP_ALIVE_SECONDS = 30.0
"""Shorter than the services' 75 s, so that the gateway never writes to a connection that is being closed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A service's complete answer."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON types."""
        return orjson.loads(self.body)

    def response(self, body: bytes | None = None, status: int | None = None) -> web.Response:
        """The answer to the caller: unchanged, or with another body or status."""
        return web.Response(
            status=status or self.status,
            body=self.body if body is None else body,
            headers=only(TO_CALLER, self.headers),
        )


class Upstreams:
    """Calls to the services. Create it inside the running event loop, and close it."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._sessions = {name: _session() for name in addresses}

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    def open(
        self, service: str, request: web.Request, *, body: bytes = b"", target: str = "", method: str = ""
    ) -> Any:
        """The service's answer as an async context, entered when its headers have arrived.

        The same call as `request`, or another `method` and `target`. Raises aiohttp.ClientError if the service is unavailable.
        """
        headers = only(TO_SERVICE, request.headers)
        if traceparent := telemetry.traceparent_of():
            headers[telemetry.TRACEPARENT] = traceparent
        path = target or request.rel_url.raw_path_qs
        return self._sessions[service].request(
            method or _method_of(request),
            URL(self._addresses[service] + path, encoded=True),
            headers=headers,
            data=body or None,
            allow_redirects=False,
        )

    async def call(self, service: str, request: web.Request, body: bytes = b"") -> Reply:
        """Pass the call on and read the complete answer."""
        async with self.open(service, request, body=body) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def get(self, service: str, request: web.Request, target: str) -> Reply:
        """GET another path with the caller's own token."""
        async with self.open(service, request, target=target, method="GET") as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def product_target(self, request: web.Request, mini_program_id: str, product_id: str) -> Reply:
        """Catalog's answer to where a link to this product leads in the caller's host."""
        return await self.get(
            "catalog", request, f"/v1/mini-programs/{mini_program_id}/products/{product_id}/target"
        )


def _method_of(request: web.Request) -> str:
    """HEAD is asked as GET, because its answer has the length of GET's body."""
    return "GET" if request.method == "HEAD" else request.method


def only(names: tuple[str, ...], headers: Any) -> CIMultiDict[str]:
    """The headers with these names."""
    return CIMultiDict([(name, value) for name in names if (value := headers.get(name)) is not None])


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
