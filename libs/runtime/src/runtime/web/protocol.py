"""Requests that reach no route because they are not HTTP, or too long, get a problem document like all others.

aiohttp would answer them in plain text, and log what was sent, which may hold a token.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import HttpVersion11, web

from runtime.web.connections import Connections, Limits, affordable
from runtime.web.problems import PROBLEM_JSON, Problem

MAX_LINE = 128 * 1024
"""The request line: the longest query (10,000 characters of any script) takes twelve bytes a character."""
MAX_HEADER = 16 * 1024
"""One header: signed links and order strings are longer than aiohttp's 8,190 bytes."""

OPTIONS: dict[str, Any] = {"access_log": None, "max_line_size": MAX_LINE, "max_field_size": MAX_HEADER}

STREAM: web.RequestKey[asyncio.Task[Any]] = web.RequestKey("stream", asyncio.Task)
"""The task of a call without a deadline."""
DEFAULT_LIMITS = Limits()
NO_HEADERS: Mapping[str, str] = {}
MALFORMED_REQUEST = "malformed_request"
SENT_ONCE = ("Authorization", "Idempotency-Key", "If-Match", "Anchorage-Viewer")
"""Request headers with one value. A repeated one is refused, as aiohttp refuses a second Host: two readers may take different ones."""
BACKLOG = 4096
"""Connections that may wait to be accepted: Linux's own limit. Beyond it a client tries again after a second."""

log = logging.getLogger(__name__)


class AnswerCut(ConnectionError):
    """The answer ends here: it failed after it began, or the caller is gone. `status` is for metrics.

    The connection is closed without the last chunk, so that nobody takes a part of an answer for the whole.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class ProblemProtocol(web.RequestHandler):
    """One connection. It is closed when the head of a request does not arrive in time."""

    __slots__ = ("_answer_headers", "_answering", "_connections", "_head_seconds", "_head_timer")

    def __init__(
        self,
        manager: web.Server,
        connections: Connections,
        limits: Limits,
        answer_headers: Mapping[str, str],
    ) -> None:
        super().__init__(
            manager, loop=asyncio.get_running_loop(), keepalive_timeout=limits.idle_seconds, **OPTIONS
        )
        self._connections = connections
        self._answer_headers = answer_headers
        self._head_seconds = limits.head_seconds
        self._head_timer: asyncio.TimerHandle | None = None
        self._answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The head of the first request is due from now on."""
        super().connection_made(transport)
        self._await_head()
        self._connections.opened(self)

    def data_received(self, data: bytes) -> None:
        """The head of a later request is due from its first byte on."""
        if self._head_timer is None and not self._answering:
            self._await_head()
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone. A stream ends now, and does not wait for its next message to find out."""
        self._connections.closed(self)
        self._end_wait()
        request = self._current_request
        super().connection_lost(exc)
        if request is not None and (stream := request.get(STREAM)) is not None:
            stream.cancel()

    def shed(self) -> None:
        """Close it to make room for others; tells a client that waits for its first answer to come back."""
        self._close_with(
            Problem(503, "unavailable", "There are too many connections. Try again.", retry_after=1)
        )

    async def _handle_request(self, *request: Any) -> tuple[web.StreamResponse, bool]:
        self._end_wait()
        self._answering = True
        self._connections.answering(self)
        try:
            return await super()._handle_request(*request)
        finally:
            self._answering = False
            self._connections.answered(self)

    def _await_head(self) -> None:
        loop = asyncio.get_running_loop()
        self._head_timer = loop.call_later(self._head_seconds, self._head_is_overdue)

    def _end_wait(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_overdue(self) -> None:
        self._close_with(
            Problem(408, "request_timeout", f"No request arrived in {self._head_seconds:g} seconds.")
        )

    def _close_with(self, problem: Problem) -> None:
        self._end_wait()
        if self._request_count == 0 and self.transport is not None:
            self.transport.write(_bytes_of(problem, self._answer_headers))
        self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that reached no handler; raises ConnectionError when another answer has started."""
        if isinstance(exc, AnswerCut):
            raise exc
        if status >= 500:
            super().handle_error(request, status, exc, message)
            return self._closing(Problem(500, "internal", "An internal error occurred. It has been logged."))
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has already started")
        log.info("a request could not be parsed", extra={"error": type(exc).__name__})
        return self._closing(
            Problem(
                status,
                MALFORMED_REQUEST,
                "This is not a valid HTTP request, or its request line or a header is too long.",
            )
        )

    def _closing(self, problem: Problem) -> web.Response:
        response = problem.response()
        for name, value in self._answer_headers.items():
            response.headers.setdefault(name, value)
        response.force_close()
        return response


def check_sent_once(request: web.Request) -> None:
    """Raises Problem 400 for a header that is sent twice and has one value (RFC 9110, section 5.3)."""
    for name in SENT_ONCE:
        if len(request.headers.getall(name, ())) > 1:
            message = f"The header {name} was sent more than once. Send it once."
            raise Problem(400, MALFORMED_REQUEST, message, errors=[(name, "was sent more than once")])


async def expect(request: web.Request) -> None:
    """Answers `Expect: 100-continue` with 100 Continue and ignores anything else, as RFC 9110, section 10.1.1, allows."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not started


class ProblemRunner(web.AppRunner):
    """Runs an application on ProblemProtocol connections, within `limits`. `answer_headers` are those of every answer."""

    def __init__(
        self,
        app: web.Application,
        *,
        limits: Limits = DEFAULT_LIMITS,
        answer_headers: Mapping[str, str] = NO_HEADERS,
        **options: Any,
    ) -> None:
        super().__init__(app, **options)
        self._answer_headers = answer_headers
        self._limits = limits
        self._open = Connections(affordable(limits.connections))

    @property
    def server(self) -> Any:
        """The factory of connections."""
        manager = super().server
        if manager is None:
            return None
        return lambda: ProblemProtocol(manager, self._open, self._limits, self._answer_headers)


async def listen(runner: web.AppRunner, host: str, port: int) -> str:
    """Serve at this address; the URL, with the port that was taken where `port` is 0."""
    await runner.setup()
    await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def _bytes_of(problem: Problem, answer_headers: Mapping[str, str]) -> bytes:
    """The problem as a whole answer, for a connection without a request."""
    body = orjson.dumps(problem.document())
    headers = {
        **answer_headers,
        "Content-Type": PROBLEM_JSON,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **problem.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n{head}\r\n".encode("ascii") + body
    )
