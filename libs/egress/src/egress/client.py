"""An HTTP client that connects only where the policy allows."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from egress.policy import EgressPolicy
from egress.resolving import SystemResolver

CONNECT_SECONDS = 5
CHUNK = 16 * 1024
MAX_HEADER = 1024
"""Characters of an answer's header that is kept."""


class TooMuch(Exception):
    """The answer is longer than the limit."""


class EgressClient:
    """Calls addresses that callers of the platform name. Follows no redirect, and uses no proxy of the environment.

    `seconds` bounds a whole call, its answer included. Names are resolved again for each connection. A host has no limit of
    its own: many strangers may share one, and the slow calls of some must not stop the others'. Callers limit each stranger.
    """

    def __init__(
        self,
        policy: EgressPolicy,
        *,
        seconds: float = 15,
        connections: int = 256,
        resolver: AbstractResolver | None = None,
        user_agent: str = "Anchorage",
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._seconds = seconds
        self._connections = connections
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_CheckedResolver(self._policy, self._resolver or SystemResolver()),
                socket_factory=self._make_socket,
                use_dns_cache=False,
                limit=self._connections,
            ),
            timeout=aiohttp.ClientTimeout(total=self._seconds, connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, with its body unread. Its status may be of any kind, a redirect included.

        Raises EgressRefused if the policy forbids the address, and aiohttp.ClientError, OSError, ValueError (a name that cannot
        be written in the DNS) or TimeoutError if no answer arrives.
        """
        if self._session is None:
            raise RuntimeError("use the client inside `async with`")
        self._policy.check_url(url)
        async with self._session.request(
            method, url, headers=headers, data=data, allow_redirects=False
        ) as answer:
            yield answer

    def _make_socket(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, place = address
        self._policy.check_socket(place[0], place[1])
        return socket.socket(family, kind, protocol)


class _CheckedResolver(AbstractResolver):
    """Resolves a name, and refuses it if any of its addresses is forbidden: a mix of allowed and forbidden ones is an attack.

    An allowance for development holds for an address, never for a name that resolves to it.
    """

    def __init__(self, policy: EgressPolicy, resolver: AbstractResolver) -> None:
        self._policy = policy
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for result in found:
            self._policy.check_resolved(result["host"])
        return found

    async def close(self) -> None:
        await self._resolver.close()


def header_of(answer: aiohttp.ClientResponse, name: str) -> str | None:
    """A header that can be stored and sent back; None if it is missing, too long, or not printable ASCII."""
    value = answer.headers.get(name)
    if value is None or len(value) > MAX_HEADER or not (value.isascii() and value.isprintable()):
        return None
    return value


async def read_start(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The first `most` bytes of an answer. The rest is not read: the connection is closed."""
    start = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        start += chunk
        if len(start) >= most:
            answer.close()
            break
    return bytes(start[:most])


async def chunks_of(answer: aiohttp.ClientResponse, most: int) -> AsyncIterator[bytes]:
    """The answer in pieces, as they arrive. Raises TooMuch once it is longer than `most` bytes, or declares to be."""
    if (answer.content_length or 0) > most:
        raise TooMuch(f"The answer has {answer.content_length} bytes; at most {most} are read.")
    length = 0
    async for chunk in answer.content.iter_chunked(CHUNK):
        length += len(chunk)
        if length > most:
            raise TooMuch(f"The answer has more than {most} bytes.")
        yield chunk
