"""Requests that reach no route because they are not HTTP, or too long, get a problem document like all others.

aiohttp would answer them in plain text, and log what was sent, which may hold a token.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import HttpVersion11, web

from runtime.web.problems import Problem

MAX_LINE = 128 * 1024
"""The request line: the longest query (10,000 characters of any script) takes twelve bytes a character."""
MAX_HEADER = 16 * 1024
"""One header: signed links and order strings are longer than aiohttp's 8,190 bytes."""

OPTIONS: dict[str, Any] = {"access_log": None, "max_line_size": MAX_LINE, "max_field_size": MAX_HEADER}

log = logging.getLogger(__name__)


class AnswerCut(ConnectionError):
    """The answer ends here: it failed after it began, or the caller is gone. `status` is for metrics.

    The connection is closed without the last chunk, so that nobody takes a part of an answer for the whole.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


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
        """The answer to a request that reached no handler; raises ConnectionError when another answer has started."""
        if isinstance(exc, AnswerCut):
            raise exc
        if status >= 500:
            super().handle_error(request, status, exc, message)
            return _closing(Problem(500, "internal", "An internal error occurred. It has been logged."))
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has already started")
        log.info("a request could not be parsed", extra={"error": type(exc).__name__})
        return _closing(
            Problem(
                status,
                "malformed_request",
                "This is not a valid HTTP request, or its request line or a header is too long.",
            )
        )


async def expect(request: web.Request) -> None:
    """Answers `Expect: 100-continue` with 100 Continue and ignores anything else, as RFC 9110, section 10.1.1, allows."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not started


class ProblemRunner(web.AppRunner):
    """Runs an application on ProblemProtocol connections."""

    @property
    def server(self) -> Any:
        """The factory of connections."""
        manager = super().server
        return None if manager is None else lambda: _connection(manager)


def _connection(manager: web.Server) -> ProblemProtocol:
    return ProblemProtocol(manager, loop=asyncio.get_running_loop(), **OPTIONS)


def _closing(problem: Problem) -> web.Response:
    response = problem.response()
    response.force_close()
    return response
