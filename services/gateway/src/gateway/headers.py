"""The request headers that calls read, and those that travel on to a service and back."""

from __future__ import annotations

from gateway.calls import Header
from gateway.faults import INVALID_CONTENT, KEY_INVALID, KEY_MISSING

VIEWER = Header(
    "Anchorage-Viewer",
    r"[\x21-\x7e]{1,128}",
    "the host's user id of who looks; kept only as a pseudonym",
    invalid=INVALID_CONTENT,
)
IDEMPOTENCY_KEY = Header(
    "Idempotency-Key",
    r"[\x21-\x7e]{1,255}",
    "a key of the caller's own: the same key and body get the same answer",
    missing=KEY_MISSING,
    invalid=KEY_INVALID,
)

TO_SERVICE = (
    "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "If-Modified-Since", "Range", "Last-Event-ID",
)  # fmt: skip
"""Only these: who looks stays here, and what is not understood is not passed on."""

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
"""On every answer (OWASP Secure Headers); a call may say it stricter or, for the page of documents, by hash."""
