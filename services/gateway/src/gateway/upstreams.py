"""The services behind the gateway: one pooled client for each, so that a slow one holds up no other."""

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
"""A stream says something every 15 s; one that says nothing for a minute has lost its service."""
CONNECTIONS = 512
KEEP_ALIVE_SECONDS = 30.0
"""Less than the services' own 75 s, so that the gateway never writes to a connection that is just being closed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered, whole."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def is_good(self) -> bool:
        """Whether the service did what was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON types."""
        return orjson.loads(self.body)

    def response(self, body: bytes | None = None, status: int | None = None) -> web.Response:
        """The answer to the caller: the same, or with another body."""
        return web.Response(
            status=status or self.status,
            body=self.body if body is None else body,
            headers=kept(self.headers, TO_CALLER),
        )


class Upstreams:
    """Calls to the services. Make it inside the running event loop, and close it."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._sessions = {name: _session() for name in addresses}

    async def close(self) -> None:
        """End all connections."""
        for session in self._sessions.values():
            await session.close()

    def open(
        self, service: str, request: web.Request, *, body: bytes = b"", target: str = "", method: str = ""
    ) -> Any:
        """The service's answer as it begins, as an async context: the same call, or another `method` and `target`.

        Raises aiohttp.ClientError when the service is away.
        """
        headers = kept(request.headers, TO_SERVICE)
        own = telemetry.traceparent_of()
        if own:
            headers[telemetry.TRACEPARENT] = own
        path = target or request.rel_url.raw_path_qs
        return self._sessions[service].request(
            method or request.method,
            URL(self._addresses[service] + path, encoded=True),
            headers=headers,
            data=body or None,
            allow_redirects=False,
        )

    async def call(self, service: str, request: web.Request, body: bytes = b"") -> Reply:
        """Pass the call on and take the whole answer."""
        async with self.open(service, request, body=body) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def get(self, service: str, request: web.Request, target: str) -> Reply:
        """Ask another path with the caller's own token."""
        async with self.open(service, request, target=target, method="GET") as answer:
            return Reply(answer.status, answer.headers, await answer.read())


def kept(headers: Any, names: tuple[str, ...]) -> CIMultiDict[str]:
    """Those of `headers` that are named."""
    return CIMultiDict([(name, value) for name in names if (value := headers.get(name)) is not None])


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
