"""Money as integer minor units. An amount is never a float."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Money(BaseModel):
    """An amount in minor units with its currency: 12900 CNY is 129.00 yuan."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"amount": 12900, "currency": "CNY"}]}
    )

    amount: Annotated[int, Field(ge=0, le=100_000_000_000, description="minor units (fen)")]
    currency: Literal["CNY"] = "CNY"


def _positive(money: Money) -> Money:
    if money.amount < 1:
        raise ValueError("must be at least 1 fen")
    return money


PositiveMoney = Annotated[Money, AfterValidator(_positive)]


def cny(fen: int) -> Money:
    """`fen` minor units of Chinese yuan."""
    return Money(amount=fen)


def yuan(fen: int) -> str:
    """`fen` in yuan with two decimals, as in files and in Alipay's calls: 12900 is `129.00`, -5 is `-0.05`."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` fen spread over `weights` in proportion, by largest remainder; of two equal remainders the earlier one wins.

    Raises ValueError if all weights are 0 and `total` is not.
    """
    whole = sum(weights)
    if whole == total:
        return list(weights)
    if whole <= 0:
        raise ValueError(f"{total} fen cannot be spread over lines that cost nothing")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts
