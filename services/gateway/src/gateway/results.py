"""Result ids: what was found, where on the page and for whom, in a token that nobody can make up (RFC 2104)."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.tokens.pseudonyms import keyed

LIFETIME = timedelta(days=1)
"""A page of results that is older was not just looked at."""


class BadResult(ValueError):
    """The token is not of a result that this host was shown lately."""


class ShownResult(BaseModel):
    """One result as a viewer saw it. `program` is the mini program of a product; `at` are seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    search_id: str
    kind: Literal["mini_program", "account", "product"]
    id: str
    program: str | None
    rank: int
    host_id: str
    viewer: str
    at: int


def sign(result: dict[str, Any], secret: str) -> str:
    """The `result_id`; `result` has the fields of ShownResult."""
    told = base64.urlsafe_b64encode(orjson.dumps(result)).rstrip(b"=").decode()
    return f"{told}.{keyed(secret, 'result', told)}"


def read(result_id: str, secret: str, host_id: str, now: datetime) -> ShownResult:
    """What was shown; raises BadResult for a token that is forged, too old or another host's."""
    told, _, proof = result_id.partition(".")
    if not hmac.compare_digest(keyed(secret, "result", told).encode(), proof.encode()):
        raise BadResult("not a result of a search here")
    try:
        result = ShownResult.model_validate_json(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    except (ValidationError, binascii.Error) as wrong:
        raise BadResult(str(wrong)) from None
    if result.host_id != host_id or now.timestamp() - result.at > LIFETIME.total_seconds():
        raise BadResult("another host's, or older than a day")
    return result
