"""Calls for developers and for monitoring."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.limits import LimitsView
from gateway.calls import HTML, Call
from gateway.schemas import Liveness, OpenApiDocument, Readiness
from runtime.web.routes import scopes
from runtime.web.tokens import CREATOR, HOST, OPS, OWNER, PUBLIC, VIEWER

TAG = "Operation"
HEALTH = {"/livez", "/readyz"}
"""Paths that the runtime serves in every process."""

CALLS = (
    Call(
        method="GET",
        path="/v1/limits",
        name="read_limits",
        summary="Read your own rate limits",
        tag=TAG,
        scopes=scopes(HOST, OWNER, CREATOR, OPS, VIEWER),
        service="gateway",
        answer=LimitsView,
    ),
    Call(
        method="GET",
        path="/openapi.json",
        name="read_openapi",
        summary="Read this document",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        answer=OpenApiDocument,
        success=(HTTPStatus.OK, HTTPStatus.NOT_MODIFIED),
    ),
    Call(
        method="GET",
        path="/docs",
        name="read_docs",
        summary="Read this document as a web page",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        media=(HTML,),
        success=(HTTPStatus.OK, HTTPStatus.NOT_MODIFIED),
    ),
    Call(
        method="GET",
        path="/livez",
        name="read_liveness",
        summary="Check whether the process makes progress",
        tag=TAG,
        scopes=PUBLIC,
        is_limited=False,
        service="gateway",
        answer=Liveness,
        own_errors=((503, Liveness),),
    ),
    Call(
        method="GET",
        path="/readyz",
        name="read_readiness",
        summary="Check whether the process is ready to answer",
        tag=TAG,
        scopes=PUBLIC,
        is_limited=False,
        service="gateway",
        answer=Readiness,
        own_errors=((503, Readiness),),
    ),
)
