"""Coupons of a mini program."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from contracts.api.common import PRINTABLE, Answer, PageQuery, Request, UtcTime, patch_of
from contracts.money import Money, PositiveMoney

MAX_COUPON_STOCK = 100_000
MAX_PER_VIEWER = 100
MAX_CODE = 32


CODE = re.compile(r"""^[^\x00-\x20\x7f/\\?#%&+"<>.]+$""")
"""A code is part of paths."""


def _plain(value: object) -> object:
    """A code in plain width, without blanks around it."""
    if not isinstance(value, str):
        return value
    code = unicodedata.normalize("NFKC", value).strip()
    if CODE.fullmatch(code) is None:
        raise ValueError('must be one word without dots and any of / \\ ? # % & + " < >, such as SUMMER-10')
    return code


CouponCode = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_CODE,
        pattern=CODE.pattern,
        description="what viewers type; compared without case and width",
    ),
    BeforeValidator(_plain),
]
TypedCode = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=PRINTABLE, description="the code of a coupon, as typed"),
]


class CouponRequest(Request):
    """A coupon of a mini program. It takes `amount` or `percent` off the goods of an order, not off the delivery fee."""

    code: CouponCode
    amount: PositiveMoney | None = None
    percent: int | None = Field(
        default=None,
        ge=1,
        le=100,
        validate_default=True,
        description="of the goods; fractions of a fen are dropped",
    )
    minimum: Money | None = Field(
        default=None, description="the goods must cost this much, before the discount"
    )
    stock: int = Field(ge=0, le=MAX_COUPON_STOCK, description="how many orders can use it")
    starts: UtcTime
    ends: UtcTime = Field(description="it applies before this time")
    per_viewer: int = Field(
        default=1, ge=1, le=MAX_PER_VIEWER, description="how many orders of one viewer can use it"
    )

    @field_validator("percent")
    @classmethod
    def _check_one(cls, percent: int | None, info: ValidationInfo) -> int | None:
        if "amount" in info.data and (percent is None) == (info.data["amount"] is None):
            raise ValueError("give either amount or percent, and not both")
        return percent

    @field_validator("ends")
    @classmethod
    def _check_window(cls, ends: Any, info: ValidationInfo) -> Any:
        if "starts" in info.data and ends <= info.data["starts"]:
            raise ValueError("must be later than starts")
        return ends


class CouponRefusal(Answer):
    """Why a coupon does not apply."""

    code: Literal[
        "unknown_coupon", "coupon_not_started", "coupon_expired", "coupon_used_up", "coupon_limit_reached", "coupon_minimum"
    ]  # fmt: skip
    detail: str
    minimum: Money | None = Field(
        default=None, description="what the goods must cost; only with `coupon_minimum`"
    )


CouponPatch = patch_of(CouponRequest)


class CouponView(Answer):
    """A coupon as its owner sees it."""

    code: str
    amount: Money | None = None
    percent: int | None = None
    minimum: Money | None = None
    stock: int
    used: int = Field(
        description="orders that hold it: unpaid ones, and all that were paid, also if they were refunded; not those that the owner cancelled"
    )
    left: int = Field(description="how many more orders can use it")
    starts: UtcTime
    ends: UtcTime
    per_viewer: int
    version: int


class CouponsQuery(PageQuery):
    """Which coupons to answer."""

    updated_since: UtcTime | None = Field(
        default=None, description="only coupons changed at this time or later"
    )
