"""Result ids: signed tokens that say which search result was shown where, to which host and viewer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.tokens.signing import InvalidToken, read, sign

AUDIENCE = "anchorage-search-result"
LIFETIME = timedelta(days=1)
"""A tap on an older page is not attributed to its search."""


class BadResult(ValueError):
    """The token is not of a result that this host was shown in the last day."""


class SignedResult(BaseModel):
    """One result as it was shown. `mini_program_id` is the mini program of a product."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    search_id: str
    kind: Literal["mini_program", "account", "product"]
    id: str
    mini_program_id: str | None
    rank: int
    host_id: str
    viewer: str

    def sign(self, secret: str, shown_at: datetime) -> str:
        """The `result_id`."""
        return sign(self.model_dump(mode="json"), secret, AUDIENCE, shown_at + LIFETIME)


def read_result(result_id: str, secret: str, host_id: str) -> SignedResult:
    """The result in a token; raises BadResult if it is forged, expired, or was shown to another host."""
    try:
        result = SignedResult.model_validate(read(result_id, secret, AUDIENCE))
    except (InvalidToken, ValidationError) as error:
        raise BadResult(str(error)) from None
    if result.host_id != host_id:
        raise BadResult("shown to another host")
    return result
