"""What of a query is looked up, the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.domain.documents import number_of
from search.domain.queries import MOST_TERMS, ProductQuery
from search.engine.layout import TYPED_SOUND
from search.language.accessories import names_an_accessory
from search.language.text import clean, gram_text, grams_of, has_han, stems_of, surface_words

WORD_WEIGHT = 2.0
"""What a word in Latin letters counts inside a Chinese query: it is mostly a brand or a model."""
SHORTEST_SOUND = 4
"""Letters from which on they are tried as pinyin: fewer are the beginning of too much."""
SOUND_SCORE = 60.0
"""Score of a title that is read as was typed: above titles with some of the letters."""
ALL_TERMS = 1.5
"""Factor of a product in which everything that was asked for stands."""
ACCESSORY = 0.9
"""Factor of an accessory when none was asked for."""
SOLD_OUT = 0.8
"""Factor of a product that cannot be had at the moment."""
COMMON_CHARACTER = 0.05
"""Share of the products above which a single Chinese character is not looked up: it says little and costs most."""
MARGIN = 40
"""Hits behind the page that are put in order with it by more than their score."""
MOST_TELLING = 16
"""Grams that a search for any of them looks up, the rarest: what a long query means stands in these."""
TELLING_OF_RUN = 5
"""The same of one run of letters."""
COMMON_FROM = 1_000
"""Products that a character must be in before it can be called common."""
FEW_PRODUCTS = 5_000
"""With fewer products, that a word stands in none says nothing about it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A query cut into what is looked up: stems of words, grams of characters."""

    words: tuple[str, ...]
    grams: tuple[str, ...]
    deciding: tuple[str, ...]
    """The grams that must stand in a product that has everything: pairs, and characters that stand by themselves."""
    inside: tuple[tuple[str, ...], ...]
    """The grams of each run of letters: with `enough` of them a run may stand in text without spaces."""
    sound: str
    """All of it in one word, when that may be pinyin; else empty."""
    is_han: bool
    wants_accessory: bool

    @property
    def is_nothing(self) -> bool:
        """Nothing in the query can be looked up: signs and pictures only."""
        return not self.words and not self.grams


def terms_of(text: str) -> Terms:
    """Cut a query as documents were cut."""
    text = clean(text)
    spoken, runs = surface_words(text), gram_text(text).split()
    words = list(dict.fromkeys(stems_of(spoken)))
    found = tuple(grams_of(runs)[:MOST_TERMS])
    alone = {run for run in runs if len(run) == 1}
    return Terms(
        words=tuple(words[:MOST_TERMS]),
        grams=found,
        deciding=tuple(gram for gram in found if len(gram) > 1 or gram in alone),
        inside=_inside(runs),
        sound=_sound("".join(spoken)),
        is_han=has_han(text),
        wants_accessory=names_an_accessory(text, words),
    )


def _sound(letters: str) -> str:
    may_be_pinyin = len(letters) >= SHORTEST_SOUND and letters.isascii() and letters.isalpha()
    return letters[:TYPED_SOUND] if may_be_pinyin else ""


def enough(grams: Sequence[str]) -> int:
    """How many of a run's grams must stand in a product: more than half, since a few letters stand in anything."""
    return len(grams) // 2 + 1


def _inside(runs: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    room = MOST_TERMS
    for run in dict.fromkeys(runs):
        pairs = tuple(dict.fromkeys(run[at : at + 2] for at in range(max(len(run) - 1, 1))))
        room -= len(pairs)
        if room < 0:
            break
        found.append(pairs)
    return tuple(found)


ACCESSORY_BIT, STOCK_BIT, PROGRAM_SHIFT = 1, 2, 2


def traits_of(mini_program_id: str, accessory: bool, in_stock: bool) -> int:
    """What ranking weighs, in one number, so that a hit costs one look."""
    return number_of(mini_program_id) << PROGRAM_SHIFT | STOCK_BIT * in_stock | ACCESSORY_BIT * accessory


def depth_of(query: ProductQuery) -> int:
    """How many hits are asked of an engine for a page."""
    return len(query.seen) + query.limit + MARGIN


class Factors:
    """What a hit's score is multiplied by, besides matching."""

    def __init__(self, query: ProductQuery, terms: Terms) -> None:
        self._accessory = 1.0 if terms.wants_accessory else ACCESSORY
        self._boosts = {number_of(program): boost for program, boost in query.boosts.items()}

    def of(self, whole: bool, traits: int) -> float:
        factor = ALL_TERMS if whole else 1.0
        if traits & ACCESSORY_BIT:
            factor *= self._accessory
        if not traits & STOCK_BIT:
            factor *= SOLD_OUT
        return factor * self._boosts.get(traits >> PROGRAM_SHIFT, 1.0) if self._boosts else factor
