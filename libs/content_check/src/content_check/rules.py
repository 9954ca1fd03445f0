"""The default check: a list of words, found in any width, case, accents or script of Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from importlib.resources import files

import opencc

from content_check.verdicts import Clock, Finding, Verdict

MODEL = "words-2"
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SIMPLIFIED = opencc.OpenCC("t2s")
_NOTHING = re.compile(r"(?!)")


class WordRules:
    """Refuses texts that contain a word of the list."""

    def __init__(self, clock: Clock, words: Iterable[str] | None = None) -> None:
        """`words` replace the list that comes with this package."""
        entries = list(_own_words() if words is None else words)
        chinese = [word for word in entries if _CHINESE.search(word)]
        others = [word for word in entries if not _CHINESE.search(word)]
        self._clock = clock
        self._patterns = [(_anywhere(chinese), chinese), (_as_whole_words(others), others)]

    async def check(self, texts: Mapping[str, str]) -> Verdict:
        """`refused` with each field and word, otherwise `passed`."""
        findings = tuple(
            Finding(field, f"must not contain: {word}")
            for field, text in texts.items()
            for word in dict.fromkeys(self._found(_folded(text)))
        )
        return Verdict("refused" if findings else "passed", MODEL, self._clock(), findings)

    def _found(self, folded: str) -> Iterable[str]:
        for pattern, words in self._patterns:
            for match in pattern.finditer(folded):
                yield words[(match.lastindex or 1) - 1]


def _own_words() -> list[str]:
    lines = (files("content_check") / "words" / "refused.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _folded(text: str) -> str:
    """Without differences of width, case, accents and script, and without invisible characters."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(char for char in folded if unicodedata.category(char) not in ("Mn", "Cf"))
    return _SIMPLIFIED.convert(visible) if _CHINESE.search(visible) else visible


def _anywhere(words: list[str]) -> re.Pattern[str]:
    """Finds each, with any blanks and marks between its characters; a group for each word."""
    groups = "|".join("(" + r"[\W_]*".join(map(re.escape, _folded(word))) + ")" for word in words)
    return re.compile(groups) if words else _NOTHING


def _as_whole_words(words: list[str]) -> re.Pattern[str]:
    """The same, not as a part of a longer word."""
    groups = "|".join("(" + r"[\W_]+".join(map(re.escape, _folded(word).split())) + ")" for word in words)
    return re.compile(rf"(?<![^\W_])(?:{groups})(?![^\W_])") if words else _NOTHING
