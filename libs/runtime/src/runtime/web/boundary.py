"""What every call passes through: trace, authentication, body limit, deadline, problem documents, metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from aiohttp import hdrs, web
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from runtime import metrics, telemetry
from runtime.acting import acting
from runtime.errors import VersionConflict, WriteConflict, is_unavailable
from runtime.listing import ListingGone, ListingTooLong
from runtime.web.actors import action_of
from runtime.web.compression import compress_answer
from runtime.web.editing import version_conflict
from runtime.web.endless import end_at_stop
from runtime.web.listing import listing_gone, listing_too_long
from runtime.web.problems import Problem, ProblemTable, problem_for, unavailable
from runtime.web.protocol import STREAM, AnswerCut, check_sent_once, expect
from runtime.web.routes import ANSWER_HEADERS, MAX_BODY, PRINCIPAL, Admit, Handler, Route
from runtime.web.tokens import OWNER, BadToken, Principal, TokenVerifier

NOSNIFF = {"X-Content-Type-Options": "nosniff"}
GET, HEAD = "GET", "HEAD"
CALLER_GONE = 499
"""The status in metrics when the caller disconnected before the end of the answer. Nobody receives it (nginx's number)."""
UNMATCHED = "unmatched"
NO_PROBLEMS: ProblemTable = {}
HTTP_PROBLEMS = {
    404: ("no_such_path", "There is no call with this path."),
    405: (
        "method_not_allowed",
        "This path does not accept this method. The header Allow lists those it accepts.",
    ),
    413: ("too_large", "The body is too large for this call."),
}
"""Code and detail of the errors that aiohttp raises."""

log = logging.getLogger(__name__)


def build_http(
    routes: Sequence[Route],
    verifier: TokenVerifier | None,
    answer_headers: Mapping[str, str] = NOSNIFF,
    problems: ProblemTable = NO_PROBLEMS,
    *,
    compress: bool = False,
    admit_unmatched: Admit | None = None,
) -> web.Application:
    """The application that serves `routes`; every answer gets `answer_headers` unless it sets them itself.

    `admit_unmatched` is asked first for a call that has no route.

    With `compress`, text is compressed as the caller accepts: for what browsers and apps call, not for calls between services.

    A GET route answers HEAD too, without the body (RFC 9110, section 9.3.2). `problems` says how the service's domain errors are answered. Raises ValueError when a route has scopes and there is no verifier.
    """
    table: dict[tuple[str, str], Route] = {}
    if verifier is None and any(route.scopes for route in routes):
        raise ValueError("routes with scopes need a token verifier")
    app = web.Application(
        middlewares=[
            _boundary(table, verifier, answer_headers, problems, admit_unmatched, compress=compress)
        ],
        client_max_size=max([MAX_BODY, *(route.max_body for route in routes)]),
    )
    end_at_stop(app)
    app.on_response_prepare.append(_add_answer_headers)
    for route in routes:
        methods = (GET, HEAD) if route.method == GET else (route.method,)
        for method in methods:
            added = app.router.add_route(method, route.path, route.handler, expect_handler=expect)
            resource = added.resource
            if resource is None:
                raise ValueError(f"{route.path} makes no resource")
            table[method, resource.canonical] = route
    return app


def _boundary(
    table: Mapping[tuple[str, str], Route],
    verifier: TokenVerifier | None,
    answer_headers: Mapping[str, str],
    problems: ProblemTable,
    admit_unmatched: Admit | None,
    *,
    compress: bool,
) -> Any:
    @web.middleware
    async def boundary(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource is not None else UNMATCHED
        route = table.get((request.method, path))
        started = time.perf_counter()
        request[ANSWER_HEADERS] = {}
        span = telemetry.start_span(f"{_method(request)} {path}", SpanKind.SERVER, request.headers)
        with telemetry.span_as_current(span):
            try:
                if route is None:
                    answer = _unmatched(request, handler, admit_unmatched)
                else:
                    answer = _call(request, handler, route, verifier)
                response = await _answer(request, answer, problems)
            except asyncio.CancelledError:
                span.set_status(
                    Status(StatusCode.ERROR, "the caller left a stream, or the server is stopping")
                )
                raise
            except AnswerCut as cut:
                span.set_status(Status(StatusCode.ERROR, str(cut)))
                _record(request, path, cut.status, started)
                raise
            _finish(response, span, answer_headers)
            if compress:
                await compress_answer(request, response)
        _record(request, path, response.status, started)
        return response

    return boundary


async def _add_answer_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(request.get(ANSWER_HEADERS, {}))


def _record(request: web.Request, path: str, status: int, started: float) -> None:
    metrics.http_duration.record(
        time.perf_counter() - started,
        _method(request),
        None if path == UNMATCHED else path,
        status,
        str(status) if status >= 500 else None,
    )


def _method(request: web.Request) -> str:
    """The method for metrics and spans: HTTP's own, or one word for all others."""
    return request.method if request.method in hdrs.METH_ALL else "_OTHER"


def _finish(response: web.StreamResponse, span: Span, answer_headers: Mapping[str, str]) -> None:
    """Put the status into the span, and the common headers into an answer that has not started."""
    if response.status >= 500:
        span.set_status(Status(StatusCode.ERROR))
    if span.is_recording():
        span.set_attribute("http.response.status_code", response.status)
    if not response.prepared:
        for name, value in answer_headers.items():
            response.headers.setdefault(name, value)
        if traceparent := telemetry.traceparent_of(span):
            response.headers[telemetry.TRACEPARENT] = traceparent


async def _answer(
    request: web.Request, answer: Awaitable[web.StreamResponse], problems: ProblemTable
) -> web.StreamResponse:
    try:
        return await answer
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        code, detail = HTTP_PROBLEMS.get(error.status, ("refused", error.reason))
        return Problem(error.status, code, detail, headers=allow).response()
    except Exception as error:
        if isinstance(error, ConnectionError) and _caller_is_gone(request):
            raise AnswerCut(CALLER_GONE, "the caller disconnected") from None
        problem = problem_for(error, problems) or _problem_of(error)
        if request.writer.output_size > 0:
            raise AnswerCut(problem.status, "the answer failed after it began") from None
        return problem.response()


def _caller_is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


async def _unmatched(request: web.Request, handler: Handler, admit: Admit | None) -> web.StreamResponse:
    if admit is not None:
        await admit(request)
    return await handler(request)


async def _call(
    request: web.Request, handler: Handler, route: Route, verifier: TokenVerifier | None
) -> web.StreamResponse:
    if route.deadline is None and (task := asyncio.current_task()) is not None:
        request[STREAM] = task
    is_longer_than_declared = request.content_length is None or "Content-Encoding" in request.headers
    if is_longer_than_declared and request.can_read_body:
        request = request.clone(client_max_size=route.max_body)  # counted while it is read
    action = None
    try:
        check_sent_once(request)
        if route.scopes:
            request[PRINCIPAL] = await _authenticate(request, verifier)
    finally:
        if route.admit is not None:
            await route.admit(request)
    if route.scopes:
        principal = request[PRINCIPAL]
        _authorize(principal, route)
        action = action_of(request, route, principal)
    if (request.content_length or 0) > route.max_body:
        raise Problem(413, "too_large", f"The body is too large: at most {route.max_body} bytes are allowed.")
    with acting(action):
        async with asyncio.timeout(route.deadline):
            return await handler(request)


def _problem_of(error: Exception) -> Problem:
    """The problem for an error that the service's own table does not name."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, web.RequestPayloadError):
        return Problem(
            400,
            "malformed_body",
            "The body does not match its Content-Encoding. Send it uncompressed, or correct the header.",
        )
    if isinstance(error, VersionConflict):
        return version_conflict(error.present)
    if isinstance(error, WriteConflict):
        return Problem(409, "conflict", "Another request changed this at the same time. Try again.")
    if isinstance(error, ListingGone):
        return listing_gone()
    if isinstance(error, ListingTooLong):
        return listing_too_long()
    if isinstance(error, TimeoutError):
        return unavailable("The call took too long and was stopped. Try again after Retry-After.")
    if is_unavailable(error):
        log.warning("a dependency is unavailable", extra={"error": type(error).__name__})
        return unavailable(
            "A part of the platform is not available at the moment. Try again after Retry-After."
        )
    log.error("a call failed", exc_info=error)
    return Problem(500, "internal", "An internal error occurred. It has been logged.")


async def _authenticate(request: web.Request, verifier: TokenVerifier | None) -> Principal:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": "Bearer"}
    if kind.lower() != "bearer" or not token or verifier is None:
        raise Problem(
            401,
            "no_token",
            "No access token was sent. Send the header Authorization: Bearer <token>.",
            headers=challenge,
        )
    try:
        return await verifier.principal(token.strip())
    except BadToken:
        raise Problem(
            401, "bad_token", "The token is invalid or has expired. Get a new one.", headers=challenge
        ) from None


def _authorize(principal: Principal, route: Route) -> None:
    if not principal.scopes & route.scopes:
        needed = " or ".join(sorted(route.scopes))
        raise Problem(
            403, "wrong_scope", f"The token's scope does not allow this call. It needs the scope {needed}."
        )
    if principal.role not in route.admitted_roles:
        needed = " or ".join(sorted(route.admitted_roles))
        raise Problem(
            403,
            "not_your_role",
            f"This client's role is {principal.role}. This call needs the role {needed}.",
        )
    _check_suspension(principal, route)


def _check_suspension(principal: Principal, route: Route) -> None:
    suspended = principal.suspended
    if suspended is None or (suspended == OWNER and (route.method == GET or route.while_suspended)):
        return
    more = " Until then it may read, and do what its orders need." if suspended == OWNER else ""
    raise Problem(
        403,
        f"{suspended}_suspended",
        f"This {suspended} is suspended. An operator of the platform can lift the suspension.{more}",
    )
