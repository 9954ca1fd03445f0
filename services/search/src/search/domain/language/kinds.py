"""Kinds of things that shops sell: words for the same kind, and wider kinds, from the table `kinds.txt`.

A title says what a thing is at its end in Chinese, and before the first preposition or comma in English: a 威士忌杯 is a glass,
a `case for phones` is a case. So does a query. Both are cut here, by the same rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from search.domain.language.text import fold, has_han, stems, stems_of, words_of

_aside = re.compile(r"[,;:()\[\]|–—]| - | (?:with|for|in|by|from|of|to|without) ")
_run = re.compile(r"[^\W_]+")


class Head(NamedTuple):
    """The part of a text that says what the thing is: its words, as stems or as a Chinese run, and their kinds."""

    words: tuple[str, ...]
    kinds: frozenset[str]


class Kinds:
    """A table of kinds. Words are known as stems or folded Chinese; kinds by tokens that are no words."""

    def __init__(self, table: str) -> None:
        """`table` has lines as `kinds.txt` describes."""
        self._kinds: dict[tuple[str, ...] | str, set[str]] = defaultdict(set)
        parents: dict[str, list[str]] = {}
        for line in table.splitlines():
            if line and not line.startswith("#"):
                names, _, wider = line.partition("<")
                token = self._put(re.split("[,|]", names))
                parents[token] = [_token(name) for name in wider.split(",") if name.strip()]
        self._wider = {token: frozenset(_above(token, parents)) for token in parents}
        self._longest = max(map(len, self._kinds))

    def _put(self, names: Iterable[str]) -> str:
        words = [name.strip() for name in names if name.strip()]
        token = _token(words[0])
        for word in words:
            self._kinds[fold(word) if has_han(word) else tuple(stems(word))].add(token)
        return token

    def with_wider(self, kinds: Iterable[str]) -> set[str]:
        """These kinds and all wider ones."""
        return {wider for kind in kinds for wider in (kind, *self._wider[kind])}

    def of_word(self, text: str) -> frozenset[str]:
        """The kinds that the whole text is a word for."""
        folded = fold(text)
        return frozenset(self._kinds.get(folded if has_han(folded) else tuple(stems(folded)), ()))

    def latin_head(self, text: str) -> Head | None:
        """The head of a folded text in Latin letters; None when it has no word of the table."""
        for part in _aside.split(text):
            words = stems_of(words_of(part))
            if (found := self._last(tuple(words))) is not None:
                return found
        return None

    def han_heads(self, text: str) -> Iterator[Head]:
        """The head of each run of a folded Chinese text that has a word of the table, in order."""
        for run in _run.findall(text):
            if has_han(run) and (found := self._last(run)) is not None:
                yield found

    def _last(self, words: Sequence[str]) -> Head | None:
        """The word of the table that ends last; of several, the longest. A single character counts only at the end."""
        for end in range(len(words), 0, -1):
            for start in range(max(0, end - self._longest), end):
                kinds = self._kinds.get(words[start:end])  # type: ignore[call-overload]
                if kinds and (end - start > 1 or end == len(words) or not isinstance(words, str)):
                    return Head(tuple(words[start:end]), frozenset(kinds))
        return None


def _token(name: str) -> str:
    """A token that no text contains, without blanks."""
    return "~" + re.sub(r"\W", "", name)


def _above(kind: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents[kind])
    while waiting:
        above = waiting.pop()
        if above not in found:
            found.add(above)
            waiting += parents[above]
    return found


@lru_cache(maxsize=1)
def kinds() -> Kinds:
    """The table that comes with search."""
    return Kinds(files(__package__).joinpath("kinds.txt").read_text(encoding="utf-8"))
