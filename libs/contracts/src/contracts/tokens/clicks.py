"""Signed clicks: what brought a viewer, in a token that cannot be forged or moved to another product.

The gateway signs and checkout verifies with a secret that both have. Checkout takes an order's attribution from the
token alone and asks no other service.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.engagement import Surface
from contracts.tokens.signing import InvalidToken, read, sign

AUDIENCE = "anchorage-click"
LIFETIME = timedelta(days=7)
"""How long after a click an order is still attributed to it."""
NOBODY = ""
"""The viewer of a click when the host did not say who tapped or scanned: any buyer may use it."""


class BadClick(ValueError):
    """The token is not a click of ours, or it has expired."""


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
        return sign(self.model_dump(mode="json", exclude_none=True), secret, AUDIENCE, self.at + LIFETIME)


def read_click(click_id: str, secret: str) -> Click:
    """The click in a token; raises BadClick if it is forged, altered or older than seven days."""
    try:
        return Click.model_validate(read(click_id, secret, AUDIENCE))
    except (InvalidToken, ValidationError) as error:
        raise BadClick(str(error)) from None
