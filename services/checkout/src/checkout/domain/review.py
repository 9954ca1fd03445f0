"""A buyer's review of one line of a completed order, and the owner's answer. No I/O, no clock, no randomness.

A text is shown once a content check, or an operator, has passed it. A function that changes nothing answers None.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from checkout.domain.errors import (
    AlreadyReviewed,
    CheckNotFound,
    ContentRefused,
    NotBought,
    NotReviewable,
    ReviewNotFound,
)
from checkout.domain.order import Order
from checkout.domain.status import Status

STARS = range(1, 6)
REFUNDED = "The order was refunded in full."
CheckStatus = Literal["passed", "waiting", "refused"]


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text and the verdict about it: by which model (or `operator`), when, what the check found, and why it was refused."""

    text: str
    at: datetime
    status: CheckStatus
    model: str
    checked_at: datetime
    findings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    def decided(self, *, passed: bool, reason: str, at: datetime) -> CheckedText:
        """The text with an operator's verdict."""
        return replace(
            self, status="passed" if passed else "refused", model="operator", checked_at=at, reason=reason
        )


@dataclass(frozen=True, slots=True)
class Review:
    """The aggregate; `version` counts its changes.

    `answer` is the one that viewers read, `new_answer` a later one whose text has not passed. `hidden` is the reason of the
    operator who hid it, None if nobody did; `refunded` is whether its order was refunded in full. `title` and `attributes`
    are those of the line when it was bought.
    """

    review_id: str
    order_id: str
    mini_program_id: str
    product_id: str
    sku_id: str
    title: str
    attributes: dict[str, str]
    host_id: str
    openid: str
    rating: int
    text: CheckedText
    answer: CheckedText | None = None
    new_answer: CheckedText | None = None
    hidden: str | None = None
    refunded: bool = False
    version: int = 1

    @property
    def is_shown(self) -> bool:
        """Whether viewers see it."""
        return self.text.passed and self.hidden is None and not self.refunded

    @property
    def reason(self) -> str:
        """Why it is not shown although its text has passed."""
        return self.hidden or (REFUNDED if self.refunded else "")

    @property
    def checks(self) -> dict[str, CheckedText]:
        """Its texts by the ids of their checks. An id names the text: it ends with a later one."""
        answers = [text for text in (self.answer, self.new_answer) if text is not None]
        of_answers = {f"answer_{self.review_id}_{_stamp(text)}": text for text in answers}
        return {f"review_{self.review_id}": self.text} | of_answers

    @property
    def waiting(self) -> tuple[str, CheckedText] | None:
        """The id of the check that waits for an operator, and its text."""
        return next((check for check in self.checks.items() if check[1].status == "waiting"), None)


@dataclass(frozen=True, slots=True)
class RatingCounts:
    """How many shown reviews of a product have each number of stars."""

    by_star: dict[int, int]

    @property
    def count(self) -> int:
        return sum(self.by_star.values())

    @property
    def average(self) -> float | None:
        """To one decimal; None without reviews."""
        if not self.count:
            return None
        return round(sum(stars * number for stars, number in self.by_star.items()) / self.count, 1)


def review_id_of(order_id: str, sku_id: str) -> str:
    """The id of the one review that a line can have."""
    return sha256(f"{order_id}\x1f{sku_id}".encode()).hexdigest()[:24]


def author_of(openid: str) -> str:
    """A name for the buyer from which nobody learns the openid: two characters of its hash at each end."""
    masked = sha256(openid.encode()).hexdigest()
    return f"{masked[:2]}***{masked[2:4]}"


def write(order: Order, sku_id: str, rating: int, text: CheckedText) -> Review:
    """The review of a bought line. Raises NotReviewable before the order is completed, and NotBought."""
    if order.status is not Status.COMPLETED:
        raise NotReviewable(order.status)
    line = next((line for line in order.lines if line.sku_id == sku_id), None)
    if line is None:
        raise NotBought(sku_id)
    return Review(
        review_id=review_id_of(order.order_id, sku_id),
        order_id=order.order_id,
        mini_program_id=order.mini_program_id,
        product_id=line.product_id,
        sku_id=sku_id,
        title=line.title,
        attributes=line.attributes,
        host_id=order.host_id,
        openid=order.openid,
        rating=rating,
        text=text,
    )


def check_repeats(known: Review, rating: int, text: str) -> None:
    """Raises AlreadyReviewed unless the line's review is just this one."""
    if (known.rating, known.text.text) != (rating, text):
        raise AlreadyReviewed(known.review_id)


def repeats_answer(review: Review, text: str) -> bool:
    """Whether this is the owner's newest answer, so that nothing changes; raises ContentRefused if it was refused."""
    newest = review.new_answer or review.answer
    if newest is None or newest.text != text:
        return False
    if newest.status == "refused":
        raise ContentRefused(("text", f"an operator refused this text: {newest.reason}"))
    return True


def answer(review: Review, text: CheckedText) -> Review:
    """A new answer; the old one is shown until the new one has passed."""
    if text.passed:
        return _changed(replace(review, answer=text, new_answer=None))
    return _changed(replace(review, new_answer=text))


def hide(review: Review, reason: str) -> Review | None:
    return _changed(replace(review, hidden=reason)) if review.hidden is None else None


def show(review: Review) -> Review | None:
    return _changed(replace(review, hidden=None)) if review.hidden is not None else None


def take_out(review: Review, order: Order) -> Review | None:
    """The review of an order that was refunded in full: what nobody paid for in the end has no stars."""
    if review.refunded or order.status is not Status.REFUNDED:
        return None
    return _changed(replace(review, refunded=True))


def decide(
    review: Review | None, check_id: str, *, passed: bool, reason: str, at: datetime
) -> tuple[Review, CheckedText]:
    """The review with an operator's verdict about the text that waits under this id, and that text.

    Raises CheckNotFound if none does.
    """
    waiting = review.waiting if review is not None else None
    if review is None or waiting is None or waiting[0] != check_id:
        raise CheckNotFound(check_id)
    decided = waiting[1].decided(passed=passed, reason=reason, at=at)
    if waiting[1] is review.text:
        return _changed(replace(review, text=decided)), decided
    return answer(review, decided), decided


def review_of_check(check_id: str) -> str:
    """The review that a check is about; raises CheckNotFound."""
    parts = check_id.split("_")
    if (parts[0], len(parts)) not in {("review", 2), ("answer", 3)}:
        raise CheckNotFound(check_id)
    return parts[1]


def must_exist(review: Review | None) -> Review:
    """Raises ReviewNotFound."""
    if review is None:
        raise ReviewNotFound
    return review


def _changed(review: Review) -> Review:
    return replace(review, version=review.version + 1)


def _stamp(text: CheckedText) -> str:
    return sha256(f"{text.at.isoformat()}\x1f{text.text}".encode()).hexdigest()[:12]
