"""HTTP in and out: routes that name their scopes, problem documents, traces and metrics, one pooled client.

A service serves the same paths as the gateway's public surface, so that the gateway can pass a call on as it is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import orjson
from aiohttp import web
from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ValidationError

from runtime import telemetry
from runtime.dependencies import is_away
from runtime.problems import Problem, unavailable, wrong_content
from runtime.protocol import expect
from runtime.tokens import BadToken, Principal, TokenVerifier

MAX_BODY = 1024 * 1024
"""1 MiB: no call but a picture comes near it."""
DEADLINE_SECONDS = 10.0

NOSNIFF = {"X-Content-Type-Options": "nosniff"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Model = TypeVar("Model", bound=BaseModel)
PRINCIPAL = web.RequestKey("principal", Principal)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """One call: `scopes` are those of which the token must carry one; `PUBLIC` (empty) needs none.

    `deadline` in seconds ends a call that takes too long with 503; None for streams.
    """

    method: str
    path: str
    handler: Handler
    scopes: frozenset[str]
    deadline: float | None = DEADLINE_SECONDS
    max_body: int = MAX_BODY


def scopes(*names: str) -> frozenset[str]:
    """Any one of these scopes is enough."""
    return frozenset(names)


def principal_of(request: web.Request) -> Principal:
    """Who calls; only on routes that have scopes."""
    return request[PRINCIPAL]


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """`value` (JSON types, models, dates) as the answer."""
    body = (
        value.model_dump_json(exclude_none=False).encode()
        if isinstance(value, BaseModel)
        else orjson.dumps(value)
    )
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """The body as `model`; raises Problem 400 for what is not JSON and 422 for wrong fields."""
    body = await request.read()
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed_json", "the body is not JSON; send a JSON object in UTF-8") from None
    try:
        return model.model_validate_json(body)
    except ValidationError as wrong:
        raise wrong_content(wrong) from None


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The query string as `model`; raises Problem 422 for wrong or repeated parameters."""
    pairs = request.query
    repeated = [name for name in set(pairs) if len(pairs.getall(name)) > 1]
    if repeated:
        raise Problem(
            422,
            "invalid_content",
            "a parameter is given twice",
            errors=[(name, "give it once") for name in repeated],
        )
    try:
        return model.model_validate(dict(pairs))
    except ValidationError as wrong:
        raise wrong_content(wrong) from None


def build_http(
    routes: Sequence[Route], verifier: TokenVerifier | None, answer_headers: Mapping[str, str] = NOSNIFF
) -> web.Application:
    """The application that serves `routes`, with `answer_headers` on every answer that does not say otherwise.

    Raises ValueError when a route has scopes and there is no verifier.
    """
    table: dict[tuple[str, str], Route] = {}
    if verifier is None and any(route.scopes for route in routes):
        raise ValueError("routes with scopes need a token verifier")
    app = web.Application(
        middlewares=[_boundary(table, verifier, answer_headers)],
        client_max_size=max([MAX_BODY, *(route.max_body for route in routes)]),
    )
    for route in routes:
        added = app.router.add_route(route.method, route.path, route.handler, expect_handler=expect)
        resource = added.resource
        if resource is None:
            raise ValueError(f"{route.path} makes no resource")
        table[route.method, resource.canonical] = route
    return app


def _boundary(
    table: Mapping[tuple[str, str], Route], verifier: TokenVerifier | None, answer_headers: Mapping[str, str]
) -> Any:
    """One middleware for all that every call needs: trace, scope, deadline, problems, metrics."""

    @web.middleware
    async def boundary(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource is not None else "unmatched"
        route = table.get((request.method, path))
        started = time.perf_counter()
        span = telemetry.start_span(f"{request.method} {path}", SpanKind.SERVER, request.headers)
        with telemetry.span_as_current(span):
            try:
                response = await _answer(request, handler, route, verifier)
            except asyncio.CancelledError:
                span.set_status(Status(StatusCode.ERROR, "the caller went away"))
                raise
            if response.status >= 500:
                span.set_status(Status(StatusCode.ERROR))
            if span.is_recording():
                span.set_attribute("http.response.status_code", response.status)
            if not response.prepared:
                for name, value in answer_headers.items():
                    response.headers.setdefault(name, value)
                if own := telemetry.traceparent_of(span):
                    response.headers[telemetry.TRACEPARENT] = own
        telemetry.http_duration.record(
            time.perf_counter() - started,
            {"method": request.method, "route": path, "status": response.status},
        )
        return response

    async def _answer(
        request: web.Request, handler: Handler, route: Route | None, verifier: TokenVerifier | None
    ) -> web.StreamResponse:
        try:
            if route is None:
                return await handler(request)
            if request.content_length is None and request.can_read_body:
                request = request.clone(client_max_size=route.max_body)  # counted while it is read
            if route.scopes:
                request[PRINCIPAL] = await _authenticate(request, route, verifier)
            if (request.content_length or 0) > route.max_body:
                raise Problem(413, "too_large", f"the body may have {route.max_body} bytes at most")
            async with asyncio.timeout(route.deadline):
                return await handler(request)
        except Problem as problem:
            return problem.response()
        except web.HTTPException as refused:
            if refused.status < 400:
                raise
            allow = {"Allow": refused.headers["Allow"]} if "Allow" in refused.headers else None
            code = {404: "no_such_path", 405: "method_not_allowed", 413: "too_large"}.get(
                refused.status, "refused"
            )
            return Problem(refused.status, code, refused.reason, headers=allow).response()
        except web.RequestPayloadError:
            return Problem(400, "malformed_body", "the body is not packed as its headers say").response()
        except TimeoutError:
            return unavailable("this took too long and was given up; try again").response()
        except Exception as fault:
            if is_away(fault):
                log.warning("a dependency is away", extra={"fault": type(fault).__name__})
                return unavailable("a part of the platform is away for the moment; try again").response()
            log.exception("a call failed")
            return Problem(500, "internal", "an internal error occurred; it has been logged").response()

    return boundary


async def _authenticate(request: web.Request, route: Route, verifier: TokenVerifier | None) -> Principal:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": "Bearer"}
    if kind.lower() != "bearer" or not token or verifier is None:
        raise Problem(401, "no_token", "send Authorization: Bearer <token>", headers=challenge)
    try:
        principal = await verifier.principal(token.strip())
    except BadToken:
        raise Problem(
            401, "bad_token", "the token is not valid, or no longer; get a new one", headers=challenge
        ) from None
    if not principal.scopes & route.scopes:
        needed = " or ".join(sorted(route.scopes))
        raise Problem(403, "wrong_scope", f"this call needs a token with the scope {needed}")
    return principal


async def metrics_page(_: web.Request) -> web.Response:
    """All metrics of the process in Prometheus' text format."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def trace_headers() -> dict[str, str]:
    """The header that continues the current trace in another process."""
    own = telemetry.traceparent_of()
    return {telemetry.TRACEPARENT: own} if own else {}


def client_session(seconds: float = DEADLINE_SECONDS, limit: int = 256) -> aiohttp.ClientSession:
    """A pooled client: `seconds` for a call, `limit` connections at most."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds, connect=2),
        connector=aiohttp.TCPConnector(limit=limit, keepalive_timeout=30),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
