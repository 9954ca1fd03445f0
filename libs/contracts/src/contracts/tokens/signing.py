"""Signed tokens: JSON claims that cannot be changed or made up without the secret (RFC 7519, HS256).

The audience names the kind of token, so that a token of one kind is never accepted as another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt

ALGORITHM = "HS256"
MIN_SECRET_LENGTH = 32
"""Characters: as many as an HS256 key has bytes (RFC 7518, section 3.2)."""


class InvalidToken(ValueError):
    """The token is forged, altered, expired, or of another kind."""


def sign(claims: Mapping[str, Any], secret: str, audience: str, expires_at: datetime) -> str:
    """A token with `claims` (JSON types) that `read` accepts until `expires_at`."""
    return jwt.encode({**claims, "aud": audience, "exp": expires_at}, secret, algorithm=ALGORITHM)


def read(token: str, secret: str, audience: str) -> dict[str, Any]:
    """The claims of a token, with `aud` and `exp`; raises InvalidToken.

    Clocks that differ by seconds do no harm: no claim says when a token starts, and tokens live for days.
    """
    try:
        return jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=audience, options={"require": ["exp"]}
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(str(error)) from None
