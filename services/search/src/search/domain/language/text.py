"""Cuts text into terms: stems of words in alphabets, grams of one and two characters in Chinese.

Measured (docs/measurements/search.md): one stemmed field serves English best; grams of one and two characters beat every
segmenter for Chinese; Latin words inside Chinese text match whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import Stemmer  # type: ignore[import-not-found]

from search.domain.language.traditional import simplified

MAX_WORD_LENGTH = 40
"""Letters that are kept of a run; a longer one is a code or noise, and would only swell the dictionary."""
MAX_TEXT_LENGTH = 20_000
"""Characters of one text that are cut into words."""
MAX_STEMS = 200_000
MIN_GLUED_LENGTH = 20
"""A run of this many letters is several words without spaces: only its grams can be matched."""

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_has_han = re.compile(f"[{_HAN}]")
_han_run = re.compile(f"[{_HAN}]+")
_word = re.compile(rf"[^\W_{_HAN}]+")
_run = re.compile(r"[^\W_]+")
_mark = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
_long_run = re.compile(rf"[A-Za-z0-9]{{{MIN_GLUED_LENGTH},}}")
_apostrophe = re.compile("['’`´]")
_accented = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_accents = re.compile("[\u0300-\u036f]+")
_stemmer = Stemmer.Stemmer("english", 0)  # its own cache is smaller than the one below


def clean(text: str) -> str:
    """`text` in compatibility form (NFKC), without control characters and lone surrogates, blanks made single."""
    if not text.isprintable():
        # a lone surrogate is not a character and cannot be encoded: remove it before anything else
        text = _not_a_character.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


_not_a_character = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def fold(text: str) -> str:
    """Lower case, simplified Chinese, without apostrophes and accents: `Zui’eniang CAFÉ` is `zuieniang cafe`."""
    text = text.lower()
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    text = simplified(_apostrophe.sub("", text))
    if not _accented.search(text):
        return text
    return unicodedata.normalize("NFC", _accents.sub("", unicodedata.normalize("NFD", text)))


def has_han(text: str) -> bool:
    """Whether any character is Chinese, or of another script without spaces."""
    return _has_han.search(text) is not None


def is_glued(text: str) -> bool:
    """Whether it has words without spaces between them, so that only its grams can be matched."""
    return (not text.isascii() and has_han(text)) or _long_run.search(text) is not None


def surface_words(text: str) -> list[str]:
    """The folded words in alphabets and digits, not stemmed; `text` need not be clean."""
    return words_of(text if text.isascii() else fold(clean(text)))


def words_of(text: str) -> list[str]:
    """The words in alphabets and digits of a text that is folded or ASCII."""
    if not text.isascii():
        return _word.findall(text[:MAX_TEXT_LENGTH])
    # on bytes: many times faster than the expression, for most words of a catalogue
    return text[:MAX_TEXT_LENGTH].encode().translate(_small_letters, _APOSTROPHES).decode().split()


_APOSTROPHES = b"'`"
_small_letters = bytes(ord(chr(c).lower()) if chr(c).isalnum() else ord(" ") for c in range(128)).ljust(256)


def stems(text: str) -> list[str]:
    """The stems of the words in alphabets and digits, in order; `grams` handles Chinese characters."""
    return stems_of(surface_words(text))


class _Stems(dict[str, str]):
    """Stems by word; cleared when it has grown large, since there is no end of model numbers."""

    def __missing__(self, word: str) -> str:
        if len(self) >= MAX_STEMS:
            self.clear()
        stem = self[word] = str(_stemmer.stemWord(word[:MAX_WORD_LENGTH]))
        return stem


_stem = _Stems()


def stems_of(words: Iterable[str]) -> list[str]:
    """The stems of folded words."""
    return list(map(_stem.__getitem__, words))


def stem_of(word: str) -> str:
    """The stem of a folded word."""
    return _stem[word]


def grams(text: str) -> list[str]:
    """Every character and every pair of neighbours inside a run of letters, folded; order of first appearance."""
    return grams_of(gram_text(text).split())


def grams_of(runs: Iterable[str]) -> list[str]:
    """The grams of folded runs of letters."""
    found: dict[str, None] = {}
    for run in runs:
        for at, char in enumerate(run):
            found[char] = None
            if at + 1 < len(run):
                found[run[at : at + 2]] = None
    return list(found)


def gram_text(text: str) -> str:
    """`text` for an engine's own n-gram tokenizer: folded, with blanks for everything but letters and digits."""
    return runs_of(fold(text))


def runs_of(folded: str) -> str:
    """The runs of letters and digits of a folded text, with blanks between."""
    return " ".join(_run.findall(folded))


def units(text: str) -> list[str]:
    """Folded words, and each Chinese character by itself, for comparing names."""
    return _mark.findall(fold(text))


def han_of(folded: str) -> str:
    """The Chinese characters of a folded text, in order."""
    return "".join(_han_run.findall(folded))


def is_han(unit: str) -> bool:
    """Whether a unit of `units` is a Chinese character."""
    return _has_han.match(unit) is not None
