"""Web addresses that callers name: where a payer returns to, and the origins that a host states for that."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

MAX_ORIGINS = 10
MAX_PORT = 65_535
RULE = (
    "https (http only for this machine or a private network), a host name in ASCII, no user name, no fragment"
)
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NETLOC = re.compile(rf"(?P<host>{_LABEL}(\.{_LABEL})*)(:(?P<port>[1-9][0-9]{{0,4}}))?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\\"<>^`{|}#]")


def origin_of(address: str) -> str:
    """Scheme, host and port of a web address: `https://host.example:8443`. Raises ValueError for any that breaks RULE."""
    parts = urlsplit(address) if address.isascii() and not _UNSAFE.search(address) else None
    netloc = _NETLOC.fullmatch(parts.netloc) if parts is not None else None
    if parts is None or netloc is None or int(netloc["port"] or 0) > MAX_PORT:
        raise ValueError(f"must be a web address: {RULE}")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_local(netloc["host"])):
        raise ValueError(f"must begin with https://: {RULE}")
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(origin: str) -> bool:
    """Whether the origin is the payer's own machine."""
    host = urlsplit(origin).hostname or ""
    address = _ip(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _is_local(host: str) -> bool:
    address = _ip(host)
    return host == "localhost" or (
        address is not None and address.is_private and not (address.is_link_local or address.is_unspecified)
    )


def _ip(host: str) -> IPv4Address | None:
    try:
        return IPv4Address(host)
    except ValueError:
        return None


def _checked(address: str) -> str:
    origin_of(address)
    return address


def _origin(address: str) -> str:
    if address != origin_of(address):
        raise ValueError("must be scheme, host and port only, such as https://host.example")
    return address


ReturnUrl = Annotated[str, Field(max_length=1024, pattern=r"^https?://"), AfterValidator(_checked)]
Origin = Annotated[str, Field(max_length=200, pattern=r"^https?://"), AfterValidator(_origin)]
ReturnOrigins = Annotated[
    list[Origin],
    Field(
        max_length=MAX_ORIGINS,
        description="for a host: the origins of its pages to which a payer may return, such as https://host.example",
    ),
]
