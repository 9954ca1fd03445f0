"""Which addresses may be called.

An address is checked twice: as a URL, when a caller of the platform names it, and as an IP address, when a socket is made for it. The
second check covers every name, however it resolves at that moment, and every spelling of an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from ssrfguard import DEFAULT_DENIED, AddressTable, Block, BlockedURLError, Policy, Reach

from egress.allowance import Allowance, IpAddress

WEB_PORTS = frozenset({80, 443})
MAX_URL_LENGTH = 2048
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
"""A last label by which browsers and the C library take a host for an IPv4 address (WHATWG's URL standard, "ends in a number")."""
DENIED = AddressTable(
    (
        *DEFAULT_DENIED.blocks,
        Block(ip_network("168.63.129.16/32"), "Azure's host address", "Azure's documentation", Reach.DENIED),
        Block(ip_network("::ffff:0:0:0/96"), "IPv4-translated address", "RFC 2765", Reach.DENIED),
    )
)
"""Loopback, private, link-local, metadata and all other special addresses, in IPv4 and inside IPv6."""


class EgressRefused(Exception):
    """This address must not be called. The message says why, and may be shown to the caller that named it."""


class EgressPolicy:
    """Public addresses on the web's ports, and the internal addresses that are allowed explicitly.

    An allowed address counts in its standard spelling only: `http://127.0.0.1:9000` is allowed by `127.0.0.1:9000`, but neither
    `http://localhost:9000` nor `http://127.1:9000`.
    """

    def __init__(self, allowed: Iterable[Allowance] = ()) -> None:
        self._allowed = tuple(allowed)
        self._policy = Policy(
            denied_networks=DENIED, allowed_ports=WEB_PORTS, max_url_length=MAX_URL_LENGTH, max_redirects=0
        )

    def check_url(self, url: str) -> None:
        """Raises EgressRefused for a URL whose spelling alone shows that it must not be called. Resolves no name."""
        if self._is_allowed_url(url):
            return
        try:
            target = self._policy.check_url(url)
        except BlockedURLError as refused:
            raise EgressRefused(f"This URL cannot be called: {refused.reason}") from None
        if not target.is_literal_address and NUMBER.fullmatch(target.host.rstrip(".").rpartition(".")[2]):
            raise EgressRefused("This URL cannot be called: write an IPv4 address as four decimal numbers")

    def check_resolved(self, address: str) -> None:
        """Raises EgressRefused if a name resolves to this address and it must not be called."""
        verdict = DENIED.classify(_without_zone(address))
        if verdict.blocked:
            raise EgressRefused(f"This name leads to an address that cannot be called: {verdict.reason}")

    def check_socket(self, address: str, port: int) -> None:
        """Raises EgressRefused for the address and port of a connection that is about to be made."""
        if self._is_allowed(_without_zone(address), port):
            return
        self.check_resolved(address)

    def _is_allowed_url(self, url: str) -> bool:
        """Whether it names an allowed address in the standard spelling, over http or https, without user information."""
        if not url.isascii() or any(letter <= " " for letter in url):
            return False  # urlsplit would drop some of these letters
        try:
            parts = urlsplit(url)
            port = parts.port
            address = ip_address((parts.hostname or "").lower())
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or port is None:
            return False
        host = f"[{address}]" if address.version == 6 else str(address)
        return parts.netloc == f"{host}:{port}" and self._is_allowed(address, port)

    def _is_allowed(self, address: IpAddress, port: int) -> bool:
        return any(allowance.holds(address, port) for allowance in self._allowed)


def _without_zone(address: str) -> IpAddress:
    """The address without an IPv6 zone: `fe80::1` of `fe80::1%eth0`."""
    return ip_address(address.partition("%")[0])
