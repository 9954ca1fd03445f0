"""What of a query is looked up, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass

from search.domain.queries import MOST_TERMS
from search.language.accessories import names_an_accessory
from search.language.text import clean, gram_text, grams, has_han, stems

WORD_WEIGHT = 2.0
"""What a word in Latin letters counts inside a Chinese query: it is mostly a brand or a model."""
ALL_TERMS = 1.5
"""Factor of a product in which everything that was asked for stands."""
ACCESSORY = 0.9
"""Factor of an accessory when none was asked for."""
SOLD_OUT = 0.8
"""Factor of a product that cannot be had at the moment."""
COMMON_CHARACTER = 0.05
"""Share of the products above which a single Chinese character is not looked up: it says little and costs most."""
FEW_PRODUCTS = 5_000
"""With fewer products, that a word stands in none says nothing about it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A query cut into what is looked up: stems of words, grams of characters."""

    words: tuple[str, ...]
    grams: tuple[str, ...]
    alone: frozenset[str]
    """Characters that stand by themselves, so that no pair holds them."""
    is_han: bool
    wants_accessory: bool

    @property
    def is_nothing(self) -> bool:
        """Nothing in the query can be looked up: signs and pictures only."""
        return not self.words and not self.grams


def terms_of(text: str) -> Terms:
    """Cut a query as documents were cut."""
    text = clean(text)
    words = list(dict.fromkeys(stems(text)))
    return Terms(
        words=tuple(words[:MOST_TERMS]),
        grams=tuple(grams(text)[:MOST_TERMS]),
        alone=frozenset(run for run in gram_text(text).split() if len(run) == 1),
        is_han=has_han(text),
        wants_accessory=names_an_accessory(text, words),
    )
