"""The audit finds reviews that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from anchorage_cli.reviewed import wrongly_reviewed

OF_BUYER = {"mini_program_id": "shop0001", "host_id": "h1", "openid": "o1"}
ORDER = OF_BUYER | {
    "_id": "shop0001_A", "status": "completed", "history": [{"status": "paid"}, {"status": "completed"}],
    "lines": [{"sku_id": "s1", "product_id": "p1"}],
}  # fmt: skip
REVIEW = OF_BUYER | {
    "_id": "r1", "order_id": "shop0001_A", "sku_id": "s1", "product_id": "p1", "is_shown": True,
    "text": {"status": "passed"}, "hidden": None,
}  # fmt: skip


def found(*reviews: dict[str, Any], **order: Any) -> list[str]:
    """What is wrong with these reviews, after these changes of the order."""
    return list(wrongly_reviewed(reviews, {"shop0001_A": ORDER | order}))


def test_a_review_of_a_bought_and_received_line_is_sound() -> None:
    assert found(REVIEW, REVIEW | {"_id": "r2", "sku_id": "s2"}, lines=[
        {"sku_id": "s1", "product_id": "p1"}, {"sku_id": "s2", "product_id": "p1"},
    ]) == []  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"order_id": "shop0001_B"}, "there is no order"),
        ({"openid": "o2"}, "not by the buyer"),
        ({"product_id": "p2"}, "has no line of s1"),
        ({"text": {"status": "waiting"}}, "has not passed"),
        ({"hidden": "spam"}, "it is hidden"),
    ],
)
def test_anything_else_is_a_violation(change: dict[str, Any], words: str) -> None:
    [wrong] = found(REVIEW | change)
    assert words in wrong


def test_an_order_that_was_never_completed_has_no_review() -> None:
    [wrong] = found(REVIEW, history=[{"status": "paid"}])
    assert "never completed" in wrong


def test_a_review_of_an_order_refunded_in_full_is_not_shown() -> None:
    [wrong] = found(REVIEW, status="refunded")
    assert "refunded in full" in wrong
    assert found(REVIEW | {"is_shown": False}, status="refunded") == []


def test_a_line_has_one_review() -> None:
    assert len(found(REVIEW, REVIEW | {"_id": "r2"})) == 2
