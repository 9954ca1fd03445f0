"""Names that read or sound the same, and names that hold another one.

Two names are equal if they have the same letters, whatever their width, case, accents, blanks, punctuation or look-alike letters
(of another alphabet, or l for I and 0 for O). Chinese counts by its pinyin, so that 小米有品, 小米優品 and "Xiaomi Youpin" are equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pypinyin import lazy_pinyin

from alike.letters import LOOK_ALIKES, SAME_SHAPE

KEY_EDITION = 2
"""Counts the changes of `name_key`. Stored keys of another edition are made again at the start."""
FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters of Korean without a shape."""
SHORTEST_PART = 2
"""Words, or Chinese characters, of fewer letters say too little to be looked for inside of another name."""
MAX_PARTS = 12
"""A name of more words and characters than this is not looked for inside of others."""
_PART = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[^\W_\u3400-\u9fff\U00020000-\U0003ffff]+")
"""A Chinese character, or a word of another script."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a word begins inside of another, as in NovaStore."""


def name_key(name: str) -> str:
    """The same for equal names; empty for a name without letters and digits."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(char for char in folded if char.isalnum() and char not in FILLERS).translate(LOOK_ALIKES)
    return "".join(lazy_pinyin(seen)).translate(SAME_SHAPE)


def keys_of(names: Iterable[str]) -> list[str]:
    """The keys of these names, each once, without empty ones."""
    return list(dict.fromkeys(key for name in names if (key := name_key(name))))


def holds(name: str, other: str) -> bool:
    """Whether `name` has the whole of `other` next to more words or characters, as "Nova 官方" and "Nova旗舰店" have "Nova".

    A part of a word does not count: "Novartis" does not hold "Nova".
    """
    key, parts = name_key(other), _parts(name)
    if len(other.strip()) < SHORTEST_PART or not key:
        return False
    longest = min(MAX_PARTS, len(parts) - 1)
    return any(
        name_key("".join(parts[first : first + length])) == key
        for length in range(1, longest + 1)
        for first in range(len(parts) - length + 1)
    )


def _parts(name: str) -> list[str]:
    words = _PART.findall(_HUMP.sub(" ", unicodedata.normalize("NFKC", name)))
    return [word for word in words if name_key(word)]
