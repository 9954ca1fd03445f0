"""Buyers' reviews of what they bought, and owners' answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import (
    DIGITS,
    PRINTABLE,
    Answer,
    Id,
    Page,
    PageQuery,
    Request,
    ShortText,
    UtcTime,
)
from contracts.api.visible import Visible

MAX_REVIEW_TEXT = 1000
Text = Annotated[str, Field(min_length=1, max_length=MAX_REVIEW_TEXT, pattern=PRINTABLE), Visible]
"""Characters of a review or an answer."""
Rating = Annotated[int, Field(ge=1, le=5, description="stars")]
Stars = Literal["1", "2", "3", "4", "5"]


class BuyersReviewRequest(Request):
    """A buyer's review of one line of a completed order."""

    sku_id: Id
    rating: Rating
    text: Text


class AnswerRequest(Request):
    """An owner's answer to a review; viewers read it below the review."""

    text: Text


class VisibilityRequest(Request):
    """Why an operator hides a review, or shows it again."""

    reason: ShortText


class AnswerView(Answer):
    """An owner's answer."""

    text: str
    at: datetime


class BuyersReviewView(Answer):
    """A review as viewers see it."""

    review_id: str
    product_id: str
    sku_id: str
    title: str = Field(description="the product's title when it was bought")
    attributes: dict[str, str]
    rating: int
    text: str
    author: str = Field(
        description="a name that tells nothing of the buyer; equal for all reviews of one buyer"
    )
    at: datetime
    answer: AnswerView | None = None


class OwnReviewView(BuyersReviewView):
    """A review as its buyer sees it."""

    status: Literal["shown", "waiting", "refused", "hidden"] = Field(
        description="waiting: an operator looks at the text before others see it"
    )
    reason: str = Field(
        default="", description="why it was refused or hidden, also because the order was refunded in full"
    )


class WaitingAnswer(Answer):
    """An answer that viewers do not see: an operator has not decided about its text, or refused it."""

    text: str
    at: datetime
    status: Literal["waiting", "refused"]
    reason: str = ""


class OwnerReviewView(BuyersReviewView):
    """A review as the mini program's owner and operators see it."""

    mini_program_id: str
    order_id: str
    is_shown: bool
    reason: str = Field(
        default="",
        description="why it is not shown: an operator's reason, or that its order was refunded in full",
    )
    new_answer: WaitingAnswer | None = Field(
        default=None, description="the newest answer, as long as viewers do not see it"
    )
    version: int


class RatingSummary(Answer):
    """What buyers say about a product; hidden reviews, and those of orders refunded in full, do not count."""

    average: float | None = Field(description="stars, to one decimal; null without reviews")
    count: int
    by_star: dict[Stars, int] = Field(description="how many reviews have this many stars")


class ProductReviews(Page[BuyersReviewView]):
    """A product's reviews, newest first, and what all of them say."""

    rating: RatingSummary


class ProductReviewsQuery(PageQuery):
    """Which reviews of a product to answer."""

    rating: (
        Annotated[int, Field(ge=1, le=5, description="only those with this many stars"), DIGITS] | None
    ) = None


class OwnerReviewsQuery(PageQuery):
    """Which reviews of a mini program to answer; what is left out excludes nothing."""

    product_id: Id | None = None
    rating: (
        Annotated[int, Field(ge=1, le=5, description="only those with this many stars"), DIGITS] | None
    ) = None
    answered: Literal["true", "false"] | None = Field(
        default=None, description="only those that the owner has answered, or has not"
    )
    updated_since: UtcTime | None = Field(
        default=None,
        description="only reviews changed at this time or later, in the order of their last change; otherwise the newest "
        "are first",
    )
