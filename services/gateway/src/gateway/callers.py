"""Who calls, for admission: a host and its viewer, another client, or an address."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from gateway.headers import VIEWER
from runtime.web.routes import PRINCIPAL


@dataclass(frozen=True, slots=True)
class Caller:
    """A group shares its places fairly among its callers. Without a `name` the call is the group's own."""

    group: str
    name: str = ""


def caller_of(request: web.Request) -> Caller:
    """The host with its viewer, as the token or the host's header names them; otherwise the client; otherwise the address."""
    principal = request.get(PRINCIPAL)
    if principal is None:
        return Caller(f"address {request.remote}")
    if principal.host_id is None:
        return Caller(f"client {principal.subject}")
    return Caller(f"host {principal.host_id}", principal.viewer or request.headers.get(VIEWER, ""))
