"""The `Idempotency-Key` header: one rule for every call that takes it.

The same key with the same body gets the same answer. A missing key is 400, a key that was used with another body 422
(draft-ietf-httpapi-idempotency-key-header).
"""

from __future__ import annotations

import hashlib
import re

from aiohttp import web

from runtime.web.problems import Problem

IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_PATTERN = re.compile(r"[\x20-\x7e]{1,255}")


def idempotency_key(request: web.Request) -> str:
    """The caller's key: 1 to 255 printable ASCII characters. Raises Problem 400 when it is missing or malformed."""
    key = request.headers.get(IDEMPOTENCY_KEY)
    if not key:
        message = f"The header {IDEMPOTENCY_KEY} is missing. Send a key of your choice: 1 to 255 printable ASCII characters."
        raise Problem(400, "idempotency_key_missing", message, errors=[(IDEMPOTENCY_KEY, "is missing")])
    if KEY_PATTERN.fullmatch(key) is None:
        message = f"{IDEMPOTENCY_KEY} must have 1 to 255 printable ASCII characters."
        raise Problem(400, "idempotency_key_invalid", message, errors=[(IDEMPOTENCY_KEY, message)])
    return key


def fingerprint_of(body: bytes) -> str:
    """SHA-256 of the body in hexadecimal; detects a key that is reused with another body."""
    return hashlib.sha256(body).hexdigest()


def key_reused() -> Problem:
    """422: the key was used with another body."""
    return Problem(
        422, "idempotency_key_reused", "This Idempotency-Key was used with another body. Use a new key."
    )
