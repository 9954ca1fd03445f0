"""Who calls, for admission: a host and its viewer, another client, or an address."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web
from cachetools import LRUCache

from gateway.headers import VIEWER
from runtime.web.routes import PRINCIPAL


@dataclass(frozen=True, slots=True)
class Caller:
    """A group shares its places fairly among its callers. Without a `name` the call is the group's own."""

    group: str
    name: str = ""


CLAIMED_CLIENT = web.RequestKey("claimed_client", str)
"""The client that a call for a token claims to come from."""
_CREDENTIALS = web.RequestKey("credentials", str)
"""A digest of the client with its secret, as a call for a token sends them."""
_PROVEN = web.RequestKey("proven", bool)
"""Whether these credentials have got a token before."""
REMEMBERED = 10_000
"""Proven credentials that a process remembers, 32 characters each."""
_CLIENT_ID = re.compile(rb"""\bclient_id(?:=|"\s*:\s*")([^&"]{1,200})""")


class Credentials:
    """Tells callers apart that ask for a token, so that wrong secrets under a client's id take no place of the client's own.

    Whoever sends other credentials is another caller. Credentials that have got a token before are a group of their own.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._proven = LRUCache[str, None](REMEMBERED)

    def note(self, request: web.Request, body: bytes) -> None:
        """Remember the client that HTTP Basic authentication, or else the form or JSON object in `body`, names."""
        sent = request.headers.get("Authorization", "")
        kind, _, credentials = sent.partition(" ")
        if kind.lower() == "basic":
            with suppress(ValueError):
                request[CLAIMED_CLIENT] = b64decode(credentials).partition(b":")[0].decode("utf-8", "replace")
        elif found := _CLIENT_ID.search(body):
            request[CLAIMED_CLIENT] = found[1].decode("utf-8", "replace")
        digest = hmac.digest(self._key, sent.encode("utf-8", "replace") + b"\n" + body, "sha256")[:16].hex()
        request[_CREDENTIALS] = digest
        request[_PROVEN] = digest in self._proven

    def got_a_token(self, request: web.Request) -> None:
        """They are right."""
        self._proven[request[_CREDENTIALS]] = None


def caller_of(request: web.Request) -> Caller:
    """The host with its viewer, as the token or the host's header names them; otherwise the client; otherwise the address.

    Clients that get a token are told apart even if they share an address, as they do behind a load balancer.
    """
    principal = request.get(PRINCIPAL)
    if principal is None:
        client = request.get(CLAIMED_CLIENT, "")
        if client and request[_PROVEN]:
            return Caller(f"client {client}", "token")
        return Caller(f"address {request.remote}", client and f"{client} {request[_CREDENTIALS]}")
    if principal.host_id is None:
        return Caller(f"client {principal.subject}")
    return Caller(f"host {principal.host_id}", principal.viewer or request.headers.get(VIEWER, ""))
