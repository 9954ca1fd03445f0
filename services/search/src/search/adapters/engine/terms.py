"""Cuts a query into terms and weighs hits, the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.adapters.engine.layout import MAX_SOUND
from search.domain.documents import number_of
from search.domain.language.accessories import names_an_accessory
from search.domain.language.text import clean, gram_text, grams_of, has_han, stems_of, surface_words
from search.domain.queries import MAX_TERMS, ProductQuery

WORD_WEIGHT = 2.0
"""The weight of a Latin word in a Chinese query: it is usually a brand or a model."""
MIN_SOUND = 4
"""Letters that are tried as pinyin; fewer are a prefix of too many titles."""
SOUND_SCORE = 60.0
"""The score of a title whose pinyin matches: above titles that contain some of the letters."""
ALL_TERMS = 1.5
"""Factor for a product that matches everything in the query."""
ACCESSORY = 0.9
"""Factor for an accessory when the query names none."""
SOLD_OUT = 0.8
"""Factor for a product that is out of stock."""
MAX_CHARACTER_SHARE = 0.05
"""A single Chinese character in more of the products than this is not searched for: it says little and costs most."""
MARGIN = 40
"""Hits behind the page that the factors may move into it."""
MAX_GRAMS = 16
"""Grams that a search for any of them uses, the rarest: they carry the meaning of a long query."""
MAX_GRAMS_OF_RUN = 5
"""The same for one run of letters."""
MIN_COMMON = 1_000
"""Products that a character must be in before it counts as common."""
FEW_PRODUCTS = 5_000
"""With fewer products, a word that is in none of them may still be a word."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A query cut into terms: stems of words, grams of characters."""

    words: tuple[str, ...]
    grams: tuple[str, ...]
    deciding: tuple[str, ...]
    """The grams that a product must have to match everything: pairs, and single characters that stand alone."""
    inside: tuple[tuple[str, ...], ...]
    """The grams of each run of letters: with `enough` of them, text without spaces may contain the run."""
    sound: str
    """The whole query as one word if it may be pinyin, else empty."""
    is_han: bool
    names_accessory: bool

    @property
    def is_nothing(self) -> bool:
        """The query has nothing to search for: only punctuation and symbols."""
        return not self.words and not self.grams


def terms_of(text: str) -> Terms:
    """Cut a query the way documents are cut."""
    text = clean(text)
    spoken, runs = surface_words(text), gram_text(text).split()
    words = list(dict.fromkeys(stems_of(spoken)))
    found = tuple(grams_of(runs)[:MAX_TERMS])
    alone = {run for run in runs if len(run) == 1}
    return Terms(
        words=tuple(words[:MAX_TERMS]),
        grams=found,
        deciding=tuple(gram for gram in found if len(gram) > 1 or gram in alone),
        inside=_inside(runs),
        sound=_sound("".join(spoken)),
        is_han=has_han(text),
        names_accessory=names_an_accessory(text, words),
    )


def _sound(letters: str) -> str:
    may_be_pinyin = len(letters) >= MIN_SOUND and letters.isascii() and letters.isalpha()
    return letters[:MAX_SOUND] if may_be_pinyin else ""


def enough(grams: Sequence[str]) -> int:
    """How many of a run's grams a product must have: more than half, since a few letters are in anything."""
    return len(grams) // 2 + 1


def _inside(runs: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    room = MAX_TERMS
    for run in dict.fromkeys(runs):
        pairs = tuple(dict.fromkeys(run[at : at + 2] for at in range(max(len(run) - 1, 1))))
        room -= len(pairs)
        if room < 0:
            break
        found.append(pairs)
    return tuple(found)


ACCESSORY_BIT, STOCK_BIT, PROGRAM_SHIFT = 1, 2, 2


def traits_of(mini_program_id: str, accessory: bool, in_stock: bool) -> int:
    """What the factors depend on, in one number, so that a hit costs one read."""
    return number_of(mini_program_id) << PROGRAM_SHIFT | STOCK_BIT * in_stock | ACCESSORY_BIT * accessory


def depth_of(query: ProductQuery) -> int:
    """How many hits an engine returns for a page."""
    return len(query.seen) + query.limit + MARGIN


class Factors:
    """The factors for the scores of hits."""

    def __init__(self, query: ProductQuery, terms: Terms) -> None:
        self._accessory = 1.0 if terms.names_accessory else ACCESSORY
        self._boosts = query.boosts

    def of(self, whole: bool, traits: int) -> float:
        """The factor for a hit that matches everything (`whole`) and has these traits."""
        factor = ALL_TERMS if whole else 1.0
        if traits & ACCESSORY_BIT:
            factor *= self._accessory
        if not traits & STOCK_BIT:
            factor *= SOLD_OUT
        return factor * self._boosts.get(traits >> PROGRAM_SHIFT, 1.0) if self._boosts else factor
