"""Money as integer minor units. An amount is never a float."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Money(BaseModel):
    """An amount in minor units with its currency: 12900 CNY is 129.00 yuan."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"amount": 12900, "currency": "CNY"}]}
    )

    amount: Annotated[int, Field(ge=0, le=100_000_000_000, description="minor units (fen)")]
    currency: Literal["CNY"] = "CNY"


def cny(fen: int) -> Money:
    """`fen` minor units of Chinese yuan."""
    return Money(amount=fen)
