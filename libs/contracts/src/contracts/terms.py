"""What is shared out of a sale: catalog sets it, an order fixes it, payment acts on it."""

from __future__ import annotations

from pydantic import Field

from contracts.event import Value


class CommissionTerms(Value):
    """Shares of a line's total, in basis points (1 bp = 0.01 %); fixed in an order at placement."""

    platform_bp: int = Field(ge=0, le=10_000, description="the platform's commission")
    creator_bp: int = Field(
        ge=0, le=10_000, description="the creator's commission where a creator brought the buyer"
    )
    terms_version: int = Field(ge=1)
