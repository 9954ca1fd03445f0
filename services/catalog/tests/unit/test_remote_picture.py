"""Pictures at addresses that feeds name: when they are tried again, and what is shown of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from catalog.domain.remote_picture import FRESH, MAX_AGE, PAUSES, RemotePicture, shown

NOW = datetime(2026, 10, 29, tzinfo=UTC)
PICTURE = RemotePicture("mpteashop", "owner", "https://shop.example/a.jpg", NOW)


def test_the_pauses_between_attempts_grow_and_end() -> None:
    after = [replace(PICTURE, attempts=number).next_attempt(NOW) for number in range(1, len(PAUSES) + 2)]
    assert after == [*(NOW + pause for pause in PAUSES), None]
    assert not replace(PICTURE, attempts=len(PAUSES) + 1).is_spent
    assert replace(PICTURE, attempts=len(PAUSES) + 2).is_spent


def test_what_was_asked_for_a_day_ago_is_not_tried_again() -> None:
    assert replace(PICTURE, attempts=1).next_attempt(NOW + MAX_AGE) is None


def test_an_address_is_asked_again_when_its_picture_is_unknown_failed_or_old() -> None:
    known = PICTURE.fetched("0" * 64, None, None, NOW)
    assert PICTURE.is_due(NOW)
    assert known.as_failed().is_due(NOW)
    assert not known.is_due(NOW + FRESH - timedelta(seconds=1))
    assert known.is_due(NOW + FRESH)
    assert not known.unchanged(NOW + FRESH).is_due(NOW + FRESH)


def test_ours_are_shown_once_and_until_then_those_of_https_addresses() -> None:
    one, two, plain = "https://shop.example/1.jpg", "https://shop.example/2.jpg", "http://shop.example/3.jpg"
    assert shown((one, plain), {}) == (one,)
    assert shown((one, two, plain), {two: "/media/x", plain: "/media/x"}) == (one, "/media/x")
