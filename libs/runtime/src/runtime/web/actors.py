"""Which action a call is, for the audit log."""

from __future__ import annotations

import re

from aiohttp import web

from contracts.audit import Actor
from runtime.acting import Action
from runtime.web.routes import Route
from runtime.web.tokens import CREATOR, HOST, OWNER, VIEWER, Principal

CALL = "Anchorage-Call"
"""The header in which the gateway gives a service the name of the public call. A caller's own header is dropped."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def action_of(request: web.Request, route: Route, principal: Principal) -> Action | None:
    """What this client does; None for a read, and for a viewer, whose calls are no part of the audit log."""
    if route.method == "GET" or principal.has(VIEWER):
        return None
    [scope] = principal.scopes & route.scopes or {""}
    acts_for = {OWNER: principal.owner_id, HOST: principal.host_id, CREATOR: principal.creator_id}.get(scope)
    named = request.headers.get(CALL, "")
    name = named if _NAME.fullmatch(named) else f"{route.method} {route.path}"[:200]
    return Action(
        name,
        Actor(
            client_id=principal.subject,
            scope=scope,
            subject_id=acts_for or principal.subject,
            role=principal.role,
        ),
    )
