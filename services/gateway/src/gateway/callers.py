"""Who calls, for admission: a host and its viewer, another client, or an address."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

import orjson
from aiohttp import web
from cachetools import LRUCache

from gateway.calls import JSON
from gateway.headers import VIEWER
from runtime.web.routes import PRINCIPAL, Admit


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
MAX_CLIENT_ID = 200
"""Characters of a claimed client that are looked at. No client has a longer id."""
MAX_FIELDS = 20
"""Of a form, as identity reads it."""
_ADDRESS = web.RequestKey("address", str)


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
        with suppress(ValueError):
            request[CLAIMED_CLIENT] = _claimed_client(sent, request.content_type, body)[:MAX_CLIENT_ID]
        digest = hmac.digest(self._key, sent.encode("utf-8", "replace") + b"\n" + body, "sha256")[:16].hex()
        request[_CREDENTIALS] = digest
        request[_PROVEN] = digest in self._proven

    def got_a_token(self, request: web.Request) -> None:
        """They are right."""
        self._proven[request[_CREDENTIALS]] = None


def _claimed_client(authorization: str, content_type: str, body: bytes) -> str:
    """As identity reads it, in whatever way it is escaped; raises ValueError if it is unreadable."""
    kind, _, credentials = authorization.partition(" ")
    if kind.lower() == "basic":
        return unquote_plus(b64decode(credentials).partition(b":")[0].decode())
    if content_type != JSON:
        return dict(parse_qsl(body.decode(), max_num_fields=MAX_FIELDS)).get("client_id", "")
    fields = orjson.loads(body)
    named = fields.get("client_id") if isinstance(fields, dict) else None
    return named if isinstance(named, str) else ""


def with_address(admit: Admit, proxies: int) -> Admit:
    """`admit`, once the request has the caller's address: the one that the outermost of our `proxies` saw.

    What a caller itself writes into X-Forwarded-For stands before that and counts for nothing.
    """

    async def admit_with_address(request: web.Request) -> None:
        if proxies:
            hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
            if len(hops) >= proxies:
                request[_ADDRESS] = hops[-proxies].strip()
        await admit(request)

    return admit_with_address


def address_of(request: web.Request) -> str:
    """The caller's address; of IPv6 the network of 64 bits, which is what one connection to the internet has."""
    address = request.get(_ADDRESS) or request.remote or ""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:MAX_CLIENT_ID]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def caller_of(request: web.Request) -> Caller:
    """The host with its viewer, as the token or the host's header names them; otherwise the client; otherwise the address.

    Clients that get a token are told apart even if they share an address, as they do behind a load balancer.
    """
    principal = request.get(PRINCIPAL)
    if principal is None:
        client = request.get(CLAIMED_CLIENT, "")
        if client and request[_PROVEN]:
            return Caller(f"client {client}", "token")
        return Caller(f"address {address_of(request)}", client and f"{client} {request[_CREDENTIALS]}")
    if principal.host_id is None:
        return Caller(f"client {principal.subject}")
    return Caller(f"host {principal.host_id}", principal.viewer or request.headers.get(VIEWER, ""))
