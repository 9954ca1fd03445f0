"""The `Idempotency-Key` header: one rule for every call that takes it.

The same key with the same request gets the same answer. A missing key is 400, a key that was used with another request
422 (draft-ietf-httpapi-idempotency-key-header). Requests are the same if they mean the same: the order of keys, blanks,
escapes and spelled-out defaults do not matter.
"""

from __future__ import annotations

import hashlib
import re

import orjson
from aiohttp import web
from pydantic import BaseModel

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


def optional_idempotency_key(request: web.Request) -> str | None:
    """The same for a call that works without a key: None when it is missing."""
    return idempotency_key(request) if IDEMPOTENCY_KEY in request.headers else None


def fingerprint_of(body: BaseModel) -> str:
    """SHA-256 in hexadecimal of what was understood of a body; detects a key that is reused with another request."""
    said = body.model_dump(
        mode="json", exclude_defaults=True
    )  # a field that a later version adds changes nothing
    understood = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(understood).hexdigest()


def key_reused() -> Problem:
    """422: the key was used with another request."""
    return Problem(
        422, "idempotency_key_reused", "This Idempotency-Key was used with another request. Use a new key."
    )
