"""Pinyin of Chinese characters, without tones, as people type it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

from search.domain.language.text import is_han, units

MAX_READINGS = 8
"""A name of several characters with several readings each could have thousands; the first ones are the most likely."""


@lru_cache(maxsize=32_768)
def syllable(char: str) -> str:
    """The most common reading of one character; anything else is returned as it is."""
    return str(lazy_pinyin(char)[0])


def romanise(pieces: Sequence[str]) -> str:
    """Units joined into one word, Chinese characters by their most common reading."""
    return "".join(syllable(piece) if is_han(piece) else piece for piece in pieces)


def readings(text: str) -> list[str]:
    """The ways to type `text` in Latin letters without blanks, most likely first; empty when it has no Chinese."""
    pieces = units(text)
    if not any(is_han(piece) for piece in pieces):
        return []
    likely = "".join(lazy_pinyin(pieces))
    spelt = [""]
    for piece in pieces:
        options = pinyin(piece, style=Style.NORMAL, heteronym=True)[0] if is_han(piece) else [piece]
        spelt = [head + tail for head in spelt for tail in options][:MAX_READINGS]
    return list(dict.fromkeys([likely, *spelt]))[:MAX_READINGS]


def initials(text: str) -> str:
    """The first letters: `小米有品` is `xmyp`; empty when there is no Chinese."""
    pieces = units(text)
    if not any(is_han(piece) for piece in pieces):
        return ""
    return "".join(syllable(piece)[0] if is_han(piece) else piece for piece in pieces)


def sounding_like(text: str, letters: str) -> str | None:
    """The Chinese characters of `text` that are pronounced as `letters`, or begin so; None when there are none.

    `letters` are lower case without blanks: pinyin in full, or initials.
    """
    chars = [unit for unit in units(text) if is_han(unit)]
    sounds = [syllable(char) for char in chars]
    for start in range(len(chars)):
        full, short = "", ""
        for end in range(start, len(chars)):
            full, short = full + sounds[end], short + sounds[end][0]
            if full.startswith(letters) or short == letters:
                return "".join(chars[start : end + 1])
            if not letters.startswith(full) and not letters.startswith(short):
                break
    return None
