"""Reviews: of what was bought, once, shown when their texts have passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from checkout_support.samples import NOW, ORDER_ID, paid_order, parcel

from checkout.adapters.mongo_reviews import document_of, review_of
from checkout.domain import review as rules
from checkout.domain.errors import (
    AlreadyReviewed,
    CheckNotFound,
    ContentRefused,
    NotBought,
    NotReviewable,
    ReviewNotFound,
)
from checkout.domain.order import Order
from checkout.domain.review import CheckedText, RatingCounts, Review
from checkout.domain.status import Status

LATER = NOW + timedelta(hours=1)


def text(words: str = "Keeps warm.", status: Any = "passed") -> CheckedText:
    return CheckedText(words, NOW, status, "words-1", NOW)


def completed_order() -> Order:
    order = paid_order()
    order.ship(parcel())
    order.receive(NOW)
    return order


def written(status: Any = "passed") -> Review:
    return rules.write(completed_order(), "sku1", 5, text(status=status))


def test_a_review_is_about_the_line_as_it_was_bought() -> None:
    review = written()
    assert (review.order_id, review.product_id, review.sku_id) == (ORDER_ID, "psku1", "sku1")
    assert (review.title, review.attributes) == ("Kettle", {"colour": "white"})
    assert review.is_shown


def test_only_completed_orders_are_reviewed() -> None:
    with pytest.raises(NotReviewable):
        rules.write(paid_order(), "sku1", 5, text())


def test_only_what_was_bought_is_reviewed() -> None:
    with pytest.raises(NotBought):
        rules.write(completed_order(), "sku2", 5, text())


def test_the_id_follows_from_order_and_sku() -> None:
    assert written().review_id == rules.review_id_of(ORDER_ID, "sku1") != rules.review_id_of(ORDER_ID, "sku2")


@pytest.mark.parametrize(("rating", "words"), [(4, "Keeps warm."), (5, "Keeps cold.")])
def test_another_review_of_the_same_line_is_refused(rating: int, words: str) -> None:
    rules.check_repeats(written(), 5, "Keeps warm.")
    with pytest.raises(AlreadyReviewed):
        rules.check_repeats(written(), rating, words)


def test_nobody_learns_the_openid_from_the_author() -> None:
    assert rules.author_of("o1") == rules.author_of("o1") != rules.author_of("o2")
    assert "o1" not in rules.author_of("o1")


def test_a_review_that_waits_is_not_shown_until_an_operator_passes_it() -> None:
    waiting = written("waiting")
    assert not waiting.is_shown
    assert waiting.waiting is not None
    check_id, _ = waiting.waiting
    assert rules.review_of_check(check_id) == waiting.review_id
    passed, _ = rules.decide(waiting, check_id, passed=True, reason="", at=LATER)
    assert (passed.is_shown, passed.text.model, passed.text.checked_at) == (True, "operator", LATER)
    assert passed.text.at == NOW


def test_a_refused_review_stays_unseen_with_the_reason() -> None:
    waiting = written("waiting")
    refused, _ = rules.decide(waiting, f"review_{waiting.review_id}", passed=False, reason="rude", at=LATER)
    assert (refused.is_shown, refused.text.reason, refused.waiting) == (False, "rude", None)


def test_a_verdict_is_about_the_text_that_the_operator_read() -> None:
    review = rules.answer(written(), text("Thank you!", "waiting"))
    assert review.waiting is not None
    replaced = rules.answer(review, text("Thanks!", "waiting"))
    for wrong in (review.waiting[0], f"review_{review.review_id}"):
        with pytest.raises(CheckNotFound):
            rules.decide(replaced, wrong, passed=True, reason="", at=LATER)
    with pytest.raises(CheckNotFound):
        rules.decide(None, review.waiting[0], passed=True, reason="", at=LATER)


@pytest.mark.parametrize("check_id", ["", "review", "review_a_b", "answer_a", "product_a", "_a"])
def test_an_id_that_is_no_check_is_not_found(check_id: str) -> None:
    with pytest.raises(CheckNotFound):
        rules.review_of_check(check_id)


def test_an_answer_stays_until_a_later_one_has_passed() -> None:
    first = rules.answer(written(), text("Thank you!"))
    second = rules.answer(first, text("Call us.", "waiting"))
    assert second.answer == first.answer
    assert second.waiting is not None
    passed, _ = rules.decide(second, second.waiting[0], passed=True, reason="", at=LATER)
    assert passed.answer is not None
    assert (passed.answer.text, passed.new_answer) == ("Call us.", None)


def test_the_same_answer_again_changes_nothing_and_a_refused_one_stays_refused() -> None:
    review = rules.answer(written(), text("Thank you!"))
    assert rules.repeats_answer(review, "Thank you!")
    assert not rules.repeats_answer(review, "Thanks!")
    waiting = rules.answer(review, text("Rubbish!", "waiting"))
    assert waiting.waiting is not None
    refused, _ = rules.decide(waiting, waiting.waiting[0], passed=False, reason="rude", at=LATER)
    with pytest.raises(ContentRefused, match="rude"):
        rules.repeats_answer(refused, "Rubbish!")


def test_hiding_and_showing_are_idempotent() -> None:
    hidden = rules.hide(written(), "spam")
    assert hidden is not None
    assert not hidden.is_shown
    assert rules.hide(hidden, "other") is None
    shown = rules.show(hidden)
    assert shown is not None
    assert shown.is_shown
    assert rules.show(shown) is None


def test_a_hidden_review_that_passes_stays_hidden() -> None:
    hidden = rules.hide(written("waiting"), "spam")
    assert hidden is not None
    passed, _ = rules.decide(hidden, f"review_{hidden.review_id}", passed=True, reason="", at=LATER)
    assert not passed.is_shown


def test_averages_have_one_decimal() -> None:
    assert RatingCounts({5: 2, 4: 1}).average == 4.7
    assert RatingCounts({5: 0}).average is None


def test_a_document_holds_the_whole_review() -> None:
    review = rules.answer(rules.answer(written(), text("Thank you!")), text("Call us.", "waiting"))
    document = document_of(review)
    assert review_of({**document, "changed_at": NOW, "outbox": {}}) == review
    assert (document["at"], document["is_shown"], document["is_waiting"]) == (NOW, True, True)


def test_what_does_not_exist_is_not_found() -> None:
    with pytest.raises(ReviewNotFound):
        rules.must_exist(None)


def test_a_review_of_an_order_refunded_in_full_is_not_shown() -> None:
    review, order = written(), completed_order()
    assert rules.take_out(review, order) is None
    order.status = Status.REFUNDED
    taken_out = rules.take_out(review, order)
    assert taken_out is not None
    assert (taken_out.is_shown, taken_out.reason) == (False, "The order was refunded in full.")
    assert rules.take_out(taken_out, order) is None
    shown_again = rules.show(replace(taken_out, hidden="spam"))
    assert shown_again is not None
    assert not shown_again.is_shown


def test_a_review_of_an_earlier_version_is_of_an_order_that_was_not_refunded() -> None:
    document = document_of(written())
    del document["refunded"]
    assert review_of(document) == written()
