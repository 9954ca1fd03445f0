"""What a mini program charges for delivery."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.api.common import Answer, Request, ShortText
from contracts.money import Money

MAX_REGIONS = 100


class RegionFee(Request):
    """What the delivery to a region costs."""

    region: ShortText = Field(
        description="a first-level division, in Chinese or English: `浙江省`, `Zhejiang`"
    )
    fee: Money


class DeliveryTermsRequest(Request):
    """The fees to charge."""

    flat: Money = Field(description="the fee for regions without one of their own")
    free_from: Money | None = Field(
        default=None, description="the subtotal from which on delivery is free, in every region"
    )
    regions: Annotated[list[RegionFee], Field(max_length=MAX_REGIONS)] = []


class DeliveryTermsView(Answer):
    """The fees that are charged. Version 0 are the terms of an owner who has set none: delivery is free."""

    flat: Money
    free_from: Money | None = None
    regions: list[RegionFee] = []
    version: int
