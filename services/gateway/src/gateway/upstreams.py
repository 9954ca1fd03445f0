"""The services behind the gateway.

Each service has lanes, and each lane its own connections and its own fair queue: a slow service delays no other, and streams,
reads, writes, calls for a token and uploads do not delay each other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
import orjson
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from gateway.admission import Gate, Limits
from gateway.bodies import parts_of
from gateway.callers import caller_of
from gateway.headers import CALL_NAME, TO_CALLER, TO_SERVICE
from runtime import telemetry
from runtime.errors import Unavailable
from runtime.web.actors import CALL

Lane = Literal["reads", "writes", "tokens", "streams", "uploads"]
LIMITS: Mapping[Lane, Limits] = {
    "reads": Limits(at_once=256, each_group=192, each_caller=128, waiting=1024, seconds=5),
    "writes": Limits(at_once=256, each_group=192, each_caller=128, waiting=1024, seconds=5),
    "tokens": Limits(at_once=64, each_group=48, each_caller=32, waiting=256, seconds=5),
    "streams": Limits(at_once=4096, each_group=2048, each_caller=8, waiting=0, seconds=0),
    "uploads": Limits(at_once=8, each_group=6, each_caller=16, waiting=64, seconds=10),
}
"""For each service. Calls that wait hold a connection of their caller and no more than their body."""
CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 60.0
"""Streams send at least a comment every 15 s. After a minute of silence the service counts as lost."""
KEEP_ALIVE_SECONDS = 30.0
"""Shorter than the services' 75 s, so that the gateway never writes to a connection that is being closed."""
MAX_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that is read whole. No page or list comes near it; files are passed on as they arrive."""


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
        """The body as JSON types; raises Unavailable if it is something else."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise Unavailable("the answer is not JSON") from None

    def response(self, body: bytes | None = None, status: int | None = None) -> web.Response:
        """The answer to the caller: unchanged, or with another body or status."""
        return web.Response(
            status=status or self.status,
            body=self.body if body is None else body,
            headers=only(TO_CALLER, self.headers),
        )


class Upstreams:
    """Calls to the services. Create it inside the running event loop, and close it."""

    def __init__(self, addresses: Mapping[str, str], limits: Mapping[Lane, Limits] = LIMITS) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}
        self._gates = {
            (service, lane): Gate(f"{service} {lane}", limits[lane])
            for service in addresses
            for lane in limits
        }
        self._sessions = {
            (service, lane): _session(limits[lane].at_once) for service in addresses for lane in limits
        }

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    @property
    def running(self) -> int:
        """How many calls to services are in progress."""
        return sum(gate.running for gate in self._gates.values())

    @asynccontextmanager
    async def open(
        self, service: str, request: web.Request, *, lane: Lane | None = None, body: Any = None,
        length: int | None = None, target: str = "", method: str = "",
    ) -> AsyncIterator[aiohttp.ClientResponse]:  # fmt: skip
        """The service's answer as an async context, entered when its headers have arrived.

        The same call as `request`, or another `method` and `target`, in the `lane` that fits the method or in another.
        `length` is that of a `body` that is sent as it arrives, if it is known. Raises Problem 429 or 503 if too many calls
        are in progress, aiohttp.ClientError or Unavailable if the service is away or faulty, and ConnectionResetError if the caller left.
        """
        method = method or _method_of(request)
        lane = lane or ("reads" if method == "GET" else "writes")
        headers = only(TO_SERVICE, request.headers)
        headers[CALL] = request.get(CALL_NAME, "")
        if traceparent := telemetry.traceparent_of():
            headers[telemetry.TRACEPARENT] = traceparent
        if length is not None:
            headers["Content-Length"] = str(length)
        async with self._gates[service, lane].turn(caller_of(request)):
            if request.transport is None:
                raise ConnectionResetError("the caller left before its turn")
            try:
                async with self._sessions[service, lane].request(
                    method,
                    URL(self._addresses[service] + (target or request.rel_url.raw_path_qs), encoded=True),
                    headers=headers,
                    data=body or None,
                    allow_redirects=False,
                ) as answer:
                    yield answer
            except aiohttp.ClientResponseError as error:
                raise Unavailable(f"{service} did not answer in HTTP") from error

    async def call(
        self, service: str, request: web.Request, body: bytes = b"", lane: Lane | None = None
    ) -> Reply:
        """Pass the call on and read the complete answer."""
        async with self.open(service, request, lane=lane, body=body) as answer:
            return await read_reply(answer)

    async def upload(self, service: str, request: web.Request, max_size: int) -> Reply:
        """Pass the call on with its body as it arrives, and read the complete answer.

        Raises HTTPRequestEntityTooLarge if the body is larger than `max_size` bytes.
        """
        upload = Upload(request, max_size)
        try:
            async with self.open(
                service, request, lane="uploads", body=upload.parts(), length=upload.length
            ) as answer:
                return await read_reply(answer)
        except aiohttp.ClientError:
            if upload.fault is not None:
                raise upload.fault from None
            raise

    async def get(self, service: str, request: web.Request, target: str) -> Reply:
        """GET another path with the caller's own token."""
        async with self.open(service, request, target=target, method="GET") as answer:
            return await read_reply(answer)

    async def product_target(self, request: web.Request, mini_program_id: str, product_id: str) -> Reply:
        """Catalog's answer to where a link to this product leads in the caller's host."""
        return await self.get(
            "catalog", request, f"/v1/mini-programs/{mini_program_id}/products/{product_id}/target"
        )


class Upload:
    """A body that is passed on as it arrives."""

    def __init__(self, request: web.Request, max_size: int) -> None:
        self._request = request
        self._max_size = max_size
        self.fault: Exception | None = None
        """Why the caller's body could not be read to its end; the client reports it as a fault of the service."""
        is_encoded = "Content-Encoding" in request.headers  # then it is passed on decoded, and longer
        self.length = None if is_encoded else request.content_length

    async def parts(self) -> AsyncIterator[bytes]:
        """The body in parts."""
        try:
            async for part in parts_of(self._request, self._max_size):
                yield part
        except Exception as error:
            self.fault = error
            raise


async def read_reply(answer: aiohttp.ClientResponse) -> Reply:
    """The complete answer. Raises Unavailable if it is larger than MAX_ANSWER."""
    if answer.content_length is not None and answer.content_length <= MAX_ANSWER:
        return Reply(answer.status, answer.headers, await answer.read())
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > MAX_ANSWER:
            raise Unavailable("the answer is too large")
    return Reply(answer.status, answer.headers, bytes(body))


def only(names: tuple[str, ...], headers: Any) -> CIMultiDict[str]:
    """The headers with these names."""
    return CIMultiDict([(name, value) for name in names if (value := headers.get(name)) is not None])


def _method_of(request: web.Request) -> str:
    """HEAD is asked as GET, because its answer has the length of GET's body."""
    return "GET" if request.method == "HEAD" else request.method


def _session(connections: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEP_ALIVE_SECONDS),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
