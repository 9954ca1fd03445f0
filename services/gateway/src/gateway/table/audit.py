"""Calls that read the audit log."""

from __future__ import annotations

from contracts.api.audit import AnyAuditQuery, AuditEntry, AuditQuery
from contracts.api.common import Page
from gateway.calls import Call
from gateway.faults import INVALID_CURSOR
from runtime.web.routes import scopes
from runtime.web.tokens import CREATOR, HOST, OPS, OWNER

TAG = "Audit log"


def _own(scope: str) -> Call:
    return Call(
        method="GET",
        path=f"/v1/{scope}/audit",
        name=f"read_{scope}_audit",
        summary="Read what your own clients changed, newest first",
        tag=TAG,
        scopes=scopes(scope),
        service="identity",
        query=AuditQuery,
        answer=Page[AuditEntry],
        faults=(INVALID_CURSOR,),
    )


CALLS = (
    *map(_own, (OWNER, HOST, CREATOR)),
    Call(
        method="GET",
        path="/v1/ops/audit",
        name="read_audit",
        summary="Read what the clients of owners, hosts, creators and operators changed, newest first",
        tag=TAG,
        scopes=scopes(OPS),
        service="identity",
        query=AnyAuditQuery,
        answer=Page[AuditEntry],
        faults=(INVALID_CURSOR,),
    ),
)
