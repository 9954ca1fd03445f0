"""What comes before any route: requests that are no HTTP, or too long, get a problem document like all others.

aiohttp answers these itself, in plain text, and logs them with what was sent, which may hold a token.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import HttpVersion11, web

from runtime.problems import Problem

MAX_LINE = 128 * 1024
"""The request line: the longest query (10,000 characters of any script) takes twelve bytes a character."""
MAX_HEADER = 16 * 1024
"""One header: signed links and order strings are longer than aiohttp's 8,190 bytes."""

OPTIONS: dict[str, Any] = {"access_log": None, "max_line_size": MAX_LINE, "max_field_size": MAX_HEADER}

log = logging.getLogger(__name__)


class ProblemProtocol(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what no handler has seen; raises ConnectionError when another answer has begun."""
        if status >= 500:
            super().handle_error(request, status, exc, message)
            return _closing(Problem(500, "internal", "an internal error occurred; it has been logged"))
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        log.info("a request could not be read", extra={"why": type(exc).__name__})
        return _closing(
            Problem(
                status, "malformed_request", "this is no HTTP request, or its line or a header is too long"
            )
        )


async def expect(request: web.Request) -> None:
    """`Expect: 100-continue` gets its leave to send; anything else is ignored, as RFC 9110, section 10.1.1, allows."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


class ProblemRunner(web.AppRunner):
    """Runs an application on such connections."""

    @property
    def server(self) -> Any:
        """What makes the connections."""
        manager = super().server
        return None if manager is None else lambda: _connection(manager)


def _connection(manager: web.Server) -> ProblemProtocol:
    return ProblemProtocol(manager, loop=asyncio.get_running_loop(), **OPTIONS)


def _closing(problem: Problem) -> web.Response:
    response = problem.response()
    response.force_close()
    return response
