"""What programmers and operators read."""

from __future__ import annotations

from gateway.calls import HTML, TEXT, Call
from gateway.shapes import Liveness, OpenApiDocument, Readiness
from runtime.web.tokens import PUBLIC

TAG = "Operation"
HEALTH = {"/livez", "/readyz", "/metrics"}
"""Served by the runtime on every process."""

CALLS = (
    Call(
        method="GET",
        path="/openapi.json",
        name="read_openapi",
        summary="This document",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        answer=OpenApiDocument,
    ),
    Call(
        method="GET",
        path="/docs",
        name="read_docs",
        summary="This document as a page",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        media=(HTML,),
    ),
    Call(
        method="GET",
        path="/livez",
        name="read_liveness",
        summary="Whether the process moves",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        answer=Liveness,
        own_errors=((503, Liveness),),
    ),
    Call(
        method="GET",
        path="/readyz",
        name="read_readiness",
        summary="Whether the process can answer",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        answer=Readiness,
        own_errors=((503, Readiness),),
    ),
    Call(
        method="GET",
        path="/metrics",
        name="read_metrics",
        summary="Metrics in Prometheus' text format",
        tag=TAG,
        scopes=PUBLIC,
        service="gateway",
        media=(TEXT,),
    ),
)
