"""Commission terms: catalog sets them, an order fixes them when it is placed, payment applies them."""

from __future__ import annotations

from pydantic import Field

from contracts.event import Value


class CommissionTerms(Value):
    """Shares of a line's total in basis points (1 bp = 0.01 %), fixed when the order is placed."""

    platform_bp: int = Field(ge=0, le=10_000, description="the platform's commission")
    creator_bp: int = Field(
        ge=0, le=10_000, description="the creator's commission, if a creator brought the buyer"
    )
    terms_version: int = Field(ge=1)
