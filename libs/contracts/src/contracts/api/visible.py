"""Text that shows something: a name of blanks and zero-width characters would be a gap on the screen."""

from __future__ import annotations

import re

from pydantic import AfterValidator

BLANK = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]+"
)
"""Blanks, and what Unicode names Default_Ignorable_Code_Point: characters without a shape of their own."""


def must_be_visible(text: str) -> str:
    """The text. Raises ValueError if it has no visible character."""
    if not BLANK.sub("", text):
        raise ValueError("must have a visible character, not only blanks")
    return text


Visible = AfterValidator(must_be_visible)
"""For the type of a field that people read."""
