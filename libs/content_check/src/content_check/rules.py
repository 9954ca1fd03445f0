"""The default check: a list of words, found in any width, case or accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from importlib.resources import files

from content_check.verdicts import Clock, Finding, Verdict

MODEL = "words-1"
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class WordRules:
    """Refuses texts that contain a word of the list."""

    def __init__(self, clock: Clock, words: Iterable[str] | None = None) -> None:
        """`words` replace the list that comes with this package."""
        entries = list(_own_words() if words is None else words)
        self._clock = clock
        self._words = [(word, _pattern(word)) for word in entries]

    async def check(self, texts: Mapping[str, str]) -> Verdict:
        """`refused` with each field and word, otherwise `passed`."""
        findings = tuple(
            Finding(field, f"must not contain: {word}")
            for field, text in texts.items()
            for word, pattern in self._words
            if pattern.search(_folded(text))
        )
        return Verdict("refused" if findings else "passed", MODEL, self._clock(), findings)


def _own_words() -> list[str]:
    lines = (files("content_check") / "words" / "refused.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _folded(text: str) -> str:
    """Without differences of width, case and accents, and without invisible characters."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in folded if unicodedata.category(char) not in ("Mn", "Cf"))


def _pattern(word: str) -> re.Pattern[str]:
    """Chinese with any blanks and punctuation between its characters; otherwise whole words with any between them."""
    folded = _folded(word)
    if _CHINESE.search(folded):
        return re.compile(r"[\W_]*".join(map(re.escape, folded)))
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, folded.split())) + r"(?![^\W_])")
