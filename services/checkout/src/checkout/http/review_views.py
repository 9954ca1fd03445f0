"""Reviews as callers see them. Only `author_of` shows anything of the buyer."""

from __future__ import annotations

from typing import Any

from checkout.domain.review import CheckedText, RatingCounts, Review, author_of
from contracts.api.buyers_reviews import (
    AnswerView,
    BuyersReviewView,
    OwnerReviewView,
    OwnReviewView,
    RatingSummary,
    WaitingAnswer,
)
from contracts.api.common import FieldError
from contracts.api.content_checks import ContentCheckView


def review_view(review: Review) -> BuyersReviewView:
    return BuyersReviewView(**_common(review))


def own_review_view(review: Review) -> OwnReviewView:
    """As its buyer sees it, whether others do or not."""
    status: Any = "shown" if review.is_shown else "hidden"
    if not review.text.passed:
        status = review.text.status
    return OwnReviewView(**_common(review), status=status, reason=review.reason or review.text.reason)


def owner_review_view(review: Review) -> OwnerReviewView:
    return OwnerReviewView(
        **_common(review),
        mini_program_id=review.mini_program_id,
        order_id=review.order_id,
        is_shown=review.is_shown,
        reason=review.reason,
        new_answer=_waiting(review.new_answer) if review.new_answer is not None else None,
        version=review.version,
    )


def rating_summary(counts: RatingCounts) -> RatingSummary:
    by_star: Any = {str(stars): number for stars, number in counts.by_star.items()}
    return RatingSummary(average=counts.average, count=counts.count, by_star=by_star)


def check_view(review: Review, check_id: str, text: CheckedText) -> ContentCheckView:
    """A text of a review as the operator who decides about it sees it."""
    kind: Any = check_id.partition("_")[0]
    return ContentCheckView(
        check_id=check_id,
        kind=kind,
        object_id=review.review_id,
        mini_program_id=review.mini_program_id,
        texts={"text": text.text},
        findings=[FieldError(field="text", message=message) for message in text.findings],
        model=text.model,
        checked_at=text.checked_at,
        status=text.status,
    )


def _common(review: Review) -> dict[str, Any]:
    answer = review.answer
    return {
        "review_id": review.review_id,
        "product_id": review.product_id,
        "sku_id": review.sku_id,
        "title": review.title,
        "attributes": review.attributes,
        "rating": review.rating,
        "text": review.text.text,
        "author": author_of(review.openid),
        "at": review.text.at,
        "answer": AnswerView(text=answer.text, at=answer.at) if answer is not None else None,
    }


def _waiting(answer: CheckedText) -> WaitingAnswer:
    status: Any = answer.status
    return WaitingAnswer(text=answer.text, at=answer.at, status=status, reason=answer.reason)
