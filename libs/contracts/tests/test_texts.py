"""What may be a short text, such as a name or a title."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.api.common import ShortText

SHORT_TEXT = TypeAdapter(ShortText)


@pytest.mark.parametrize(
    "blank",
    [" ", "\n\t", "\u3000", "\u200b\u200d", "\u00ad", "\u3164", "\u2800", "\ufeff", "\ufe0f", "\U000e0041"],
)
def test_a_short_text_must_be_visible(blank: str) -> None:
    with pytest.raises(ValidationError, match="must have a visible character"):
        SHORT_TEXT.validate_python(blank)


@pytest.mark.parametrize("control", ["\u202e", "\u202a", "\u2066", "\u2069", "\x00", "\x85", "\uffff"])
def test_a_text_has_no_control_characters(control: str) -> None:
    with pytest.raises(ValidationError, match="should match pattern"):
        SHORT_TEXT.validate_python(f"Tea{control}aeT")


@pytest.mark.parametrize(
    "text", ["Tea", "山前茶铺", "شاي\u200f", "👩\u200d🍳", "میوه\u200cها", "$", "®", "two\nlines", "Café"]
)
def test_texts_of_every_language_are_short_texts(text: str) -> None:
    assert SHORT_TEXT.validate_python(text) == text
