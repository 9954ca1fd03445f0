"""Texts by prefix, for suggestions while typing."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable

from search.domain.language.pinyin import initials, readings
from search.domain.language.text import units

MAX_CANDIDATES = 200
"""Entries with a prefix that are ranked. With a prefix so short that it has more, the viewer goes on typing."""

_separator = re.compile(r"\s*[/|／｜()（）]\s*")
"""Separates a name from the same name in another language."""


def names_in(text: str) -> list[str]:
    """A name as a whole, and its parts when it is written in two languages: `蓝山 / Blue Hill` is also `蓝山`."""
    return list(dict.fromkeys(filter(None, (text, *_separator.split(text)))))


def typed_key(text: str) -> str:
    """A text folded, without blanks and punctuation, for comparison."""
    return "".join(units(text))


def typing_keys(text: str) -> set[str]:
    """The ways to type a text: as written, from each of its words on, in pinyin, as initials."""
    pieces = units(text)
    starts = [at for at in range(len(pieces)) if at == 0 or len(pieces[at]) > 1]
    keys = {"".join(pieces[at:]) for at in starts}
    keys.update(readings(text))
    keys.add(initials(text))
    return {key for key in keys if key}


class PrefixBook:
    """Texts with a weight, found by prefixes of their typing keys."""

    def __init__(self) -> None:
        self._keys: list[tuple[str, str, str]] = []
        self._entries: dict[str, list[tuple[str, str, str]]] = {}
        self._weights: dict[str, float] = {}

    def put(self, owner: str, texts: Iterable[str], weight: float = 0) -> None:
        """Replace the texts of `owner`; owners of a higher weight are found first."""
        if owner in self._entries:
            self.remove(owner)
        entries = [(key, text, owner) for text in texts if text for key in typing_keys(text)]
        self._entries[owner], self._weights[owner] = entries, weight
        for entry in entries:
            insort(self._keys, entry)

    def weigh(self, owner: str, weight: float) -> None:
        """Change the weight of an owner."""
        self._weights[owner] = weight

    def remove(self, owner: str) -> None:
        """Remove the texts of an owner."""
        for entry in self._entries.pop(owner, ()):
            del self._keys[bisect_left(self._keys, entry)]
        self._weights.pop(owner, None)

    def find(self, typed: str) -> list[tuple[str, str]]:
        """Owner and text of the entries with the prefix `typed`, highest weight first, each owner once."""
        key = typed_key(typed)
        if not key:
            return []
        found: dict[str, str] = {}
        start = bisect_left(self._keys, (key, "", ""))
        for entry, text, owner in self._keys[start : start + MAX_CANDIDATES]:
            if not entry.startswith(key):
                break
            found.setdefault(owner, text)
        return sorted(found.items(), key=lambda item: (-self._weights.get(item[0], 0), item[1], item[0]))
