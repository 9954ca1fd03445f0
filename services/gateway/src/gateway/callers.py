"""Who calls, for admission: a host and its viewer, another client, or an address."""

from __future__ import annotations

import re
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from gateway.headers import VIEWER
from runtime.web.routes import PRINCIPAL


@dataclass(frozen=True, slots=True)
class Caller:
    """A group shares its places fairly among its callers. Without a `name` the call is the group's own."""

    group: str
    name: str = ""


CLAIMED_CLIENT = web.RequestKey("claimed_client", str)
"""The client that a call for a token claims to come from."""
_CLIENT_ID = re.compile(rb"""\bclient_id(?:=|"\s*:\s*")([^&"]{1,200})""")


def note_claimed_client(request: web.Request, body: bytes) -> None:
    """Remember the client that HTTP Basic authentication, or else the form or JSON object in `body`, names."""
    kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        with suppress(ValueError):
            request[CLAIMED_CLIENT] = b64decode(credentials).partition(b":")[0].decode("utf-8", "replace")
    elif found := _CLIENT_ID.search(body):
        request[CLAIMED_CLIENT] = found[1].decode("utf-8", "replace")


def caller_of(request: web.Request) -> Caller:
    """The host with its viewer, as the token or the host's header names them; otherwise the client; otherwise the address.

    Clients that get a token are told apart even if they share an address, as they do behind a load balancer.
    """
    principal = request.get(PRINCIPAL)
    if principal is None:
        return Caller(f"address {request.remote}", request.get(CLAIMED_CLIENT, ""))
    if principal.host_id is None:
        return Caller(f"client {principal.subject}")
    return Caller(f"host {principal.host_id}", principal.viewer or request.headers.get(VIEWER, ""))
