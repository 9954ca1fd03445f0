"""Signed clicks: what brought a viewer, in a token that cannot be forged or moved to another product (RFC 7519, HS256).

Gateway signs and checkout verifies, with one secret that both have; the attribution of an order needs nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.checkout import Attribution
from contracts.engagement import Surface

ALGORITHM = "HS256"
AUDIENCE = "anchorage-click"
LIFETIME = timedelta(days=7)
"""How long after a click an order still counts for it."""


NOBODY = ""
"""The viewer of a click where the host did not say who tapped or scanned: it counts for whoever buys with it."""


class BadClick(ValueError):
    """The token is not a click of ours, or is too old."""


class Click(BaseModel):
    """One tap: where, on what, by whom (a pseudonym), under which commission terms."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    surface: Surface
    host_id: str
    viewer: str
    at: datetime
    nonce: str
    mini_program_id: str | None = None
    product_id: str | None = None
    video_id: str | None = None
    anchor_id: str | None = None
    creator_id: str | None = None
    share_code: str | None = None
    sharer: str | None = None
    terms_version: int | None = None

    def sign(self, secret: str) -> str:
        """The `click_id`."""
        claims = self.model_dump(mode="json", exclude_none=True) | {
            "aud": AUDIENCE,
            "exp": self.at + LIFETIME,
        }
        return jwt.encode(claims, secret, algorithm=ALGORITHM)

    def attribution(self, click_id: str) -> Attribution:
        """What an order remembers of the click."""
        return Attribution(
            surface=self.surface,
            click_id=click_id,
            video_id=self.video_id,
            anchor_id=self.anchor_id,
            creator_id=self.creator_id,
            share_code=self.share_code,
            sharer=self.sharer,
        )


def read_click(click_id: str, secret: str) -> Click:
    """The click in a token; raises BadClick for one that is forged, altered or older than seven days."""
    try:
        claims = jwt.decode(
            click_id, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": ["exp"]}
        )
        return Click.model_validate(claims)
    except (jwt.InvalidTokenError, ValidationError) as wrong:
        raise BadClick(str(wrong)) from None
