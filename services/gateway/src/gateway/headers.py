"""Request headers that calls read, and headers that the gateway passes on to services and back to callers."""

from __future__ import annotations

import re

from aiohttp import web

from gateway.calls import Header
from gateway.faults import INVALID_CONTENT, KEY_INVALID, KEY_MISSING, MALFORMED_VERSION, VERSION_CONFLICT
from runtime.web.editing import IF_MATCH, VERSION_TAG, expected_version
from runtime.web.idempotency import IDEMPOTENCY_KEY, KEY_PATTERN, idempotency_key, optional_idempotency_key
from runtime.web.problems import Problem

VIEWER = "Anchorage-Viewer"
VIEWER_PATTERN = re.compile(r"[\x21-\x7e]{1,128}")


def _check_viewer(request: web.Request) -> None:
    value = request.headers.get(VIEWER)
    if value and VIEWER_PATTERN.fullmatch(value) is None:
        message = "must have 1 to 128 printable ASCII characters without spaces"
        raise Problem(422, "invalid_content", f"The header {VIEWER} {message}.", errors=[(VIEWER, message)])


VIEWER_HEADER = Header(
    VIEWER,
    VIEWER_PATTERN.pattern,
    "the host's user id of the viewer; stored only as a pseudonym",
    _check_viewer,
    faults=(INVALID_CONTENT,),
)
IDEMPOTENCY_HEADER = Header(
    IDEMPOTENCY_KEY,
    KEY_PATTERN.pattern,
    "a key of the caller's choice; the same key with the same request gets the same answer",
    idempotency_key,
    faults=(KEY_MISSING, KEY_INVALID),
    required=True,
)
OPTIONAL_IDEMPOTENCY_HEADER = Header(
    IDEMPOTENCY_KEY,
    KEY_PATTERN.pattern,
    "a key of the caller's choice; a repeat of the request with the same key has no further effect",
    optional_idempotency_key,
    faults=(KEY_INVALID,),
)

VERSION_HEADER = Header(
    IF_MATCH,
    VERSION_TAG,
    "the version that the change was made on, as `ETag` gave it; without it, the last write wins",
    expected_version,
    faults=(MALFORMED_VERSION, VERSION_CONFLICT),
)

TO_SERVICE = (
    "Authorization", "Content-Type", IDEMPOTENCY_KEY, IF_MATCH, "If-None-Match", "If-Modified-Since", "Range", "If-Range", "Last-Event-ID",
)  # fmt: skip
"""No others: the viewer's id stays in the gateway, and unknown headers are dropped."""

CALL_NAME = web.RequestKey("call_name", str)
"""The name of the public call, which its service learns from the header `Anchorage-Call`."""

TO_CALLER = (
    "Content-Type", "Location", "Retry-After", "Cache-Control", "Pragma", "ETag", "Last-Modified", "Content-Disposition",
    "Content-Security-Policy", "WWW-Authenticate", "Accept-Ranges", "Content-Range",
)  # fmt: skip

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Server": "anchorage",
}
"""On every answer (OWASP Secure Headers). A call may set a stricter policy; `/docs` allows its own style by hash."""
