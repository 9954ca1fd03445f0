"""Result ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.tokens.clicks import Click
from gateway.signed_results import LIFETIME, BadResult, SignedResult, read_result

SECRET = "s" * 32
RESULT = SignedResult(
    search_id="q1", kind="product", id="p1", mini_program_id="wineshop01", rank=3, host_id="h1", viewer=""
)


def test_a_result_is_read_as_it_was_signed() -> None:
    assert read_result(RESULT.sign(SECRET, datetime.now(UTC)), SECRET, "h1") == RESULT


def test_a_result_counts_for_a_day_and_for_its_host() -> None:
    now = datetime.now(UTC)
    assert read_result(RESULT.sign(SECRET, now - LIFETIME + timedelta(hours=1)), SECRET, "h1")
    with pytest.raises(BadResult):
        read_result(RESULT.sign(SECRET, now - LIFETIME - timedelta(seconds=1)), SECRET, "h1")
    with pytest.raises(BadResult):
        read_result(RESULT.sign(SECRET, now), SECRET, "h2")


def test_a_click_is_not_a_result() -> None:
    click = Click(surface="search", host_id="h1", viewer="", at=datetime.now(UTC), nonce="n")
    with pytest.raises(BadResult):
        read_result(click.sign(SECRET), SECRET, "h1")
