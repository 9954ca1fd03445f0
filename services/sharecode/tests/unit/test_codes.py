"""Codes as text, and their one change of state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sharecode import ShareCodeCreated, ShareCodeWithdrawn
from sharecode.application.contracts_out import contract_of
from sharecode.domain.codes import ShareCode, Sharer, code_in, code_of, key_of

CREATED, WITHDRAWN = datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)


@given(st.binary(min_size=16, max_size=16))
def test_a_key_survives_the_way_to_text_and_back(key: bytes) -> None:
    code = code_of(key)
    assert key_of(code) == key
    for text in (
        code,
        code.lower(),
        f"AC:{code}",
        f" https://shop.example/v1/share-codes/{code}/?from=chat#x ",
    ):
        assert code_in(text) == code


@pytest.mark.parametrize("text", ["", "AC:", "A" * 25, "A" * 27, "1" * 26, "https://shop.example/"])
def test_other_texts_hold_no_code(text: str) -> None:
    assert code_in(text) is None


def test_key_of_refuses_other_texts() -> None:
    with pytest.raises(ValueError, match="26 characters"):
        key_of("a" * 26)


def test_a_code_is_withdrawn_once_and_its_events_have_their_own_times() -> None:
    share, created = ShareCode.create(bytes(16), Sharer("h1", "o_amy"), "mp1", "p1", CREATED)
    withdrawal = share.withdraw(WITHDRAWN)
    assert withdrawal is not None
    withdrawn, event = withdrawal
    assert (withdrawn.withdrawn, withdrawn.version) == (True, 2)
    assert withdrawn.withdraw(WITHDRAWN) is None
    first, second = contract_of(created, share), contract_of(event, withdrawn)
    assert isinstance(first, ShareCodeCreated)
    assert isinstance(second, ShareCodeWithdrawn)
    assert [(e.version, e.at, e.sharer) for e in (first, second)] == [
        (1, CREATED, "o_amy"),
        (2, WITHDRAWN, "o_amy"),
    ]
