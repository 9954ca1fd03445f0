"""How a product becomes a document, the same for every engine.

One combined field of stemmed words, parts repeated by their weight, instead of a field for each part: summing the scores
of separate fields loses a tenth of NDCG (README, figures): title three times and its front once more, brand and
description twice, model and attributes once. A second field holds one- and two-character grams of what is
written without spaces. Weights were chosen on a plateau, not at a peak: each may move by half without loss.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from search.domain.documents import Product
from search.language.accessories import names_an_accessory
from search.language.pinyin import syllable
from search.language.text import (
    clean,
    fold,
    gram_text,
    han_of,
    has_han,
    is_glued,
    runs_of,
    stems,
    stems_of,
    surface_words,
    words_of,
)

LEAD = 6
"""Words, or Chinese characters, at the front of the title that count once more: titles begin with the thing itself."""
ATTRIBUTE_LETTERS = 160
"""About twenty-five words of attributes are kept: long tables of data drown what the product is."""
SOUNDED, SPELT = 8, 12
"""Chinese characters of a title from which on its pinyin can be typed for a suggestion, and to which."""
TYPED_SOUND = 20
"""Letters of pinyin that are compared: about six characters are typed before the suggestion is there."""


class Indexed(NamedTuple):
    """What the engines index of one product; all empty for one that is not listed."""

    words: str
    chars: list[str]
    """Runs of letters, each cut into grams by itself: a gram with a blank in it is found by nothing, and would make what
    has marks between its words longer than what has none."""
    spoken: str
    sounds: str
    accessory: bool


NOTHING = Indexed("", [], "", "", False)


def indexed(product: Product) -> Indexed:
    """The product's searchable text."""
    if not product.listed:
        return NOTHING
    title, english = product.title, product.title_en
    if not title.isascii():
        title = fold(clean(title))  # once for all that is made of it
    words = words_of(title)
    if english and english != product.title:
        words += surface_words(english)
    title_stems = stems_of(words)
    whole, lead = " ".join(title_stems), " ".join(title_stems[:LEAD])
    brand, model = _stemmed(product.brand), " ".join(stems(product.model))
    description, attributes = " ".join(stems(product.description)), _attributes(product.attributes)
    read = sounds(title)
    return Indexed(
        f"{whole} {whole} {whole} {lead} {brand} {brand} {model} {description} {description} {attributes}",
        _chars(title, product) if read or is_glued(title) else [],
        " ".join(words),
        " ".join(read),
        names_an_accessory(title, title_stems),
    )


def _attributes(attributes: dict[str, str]) -> str:
    """The stems of the values, and of the names of what is simply there: `waterproof: yes` is `waterproof`."""
    kept: list[str] = []
    letters = 0
    for name, value in attributes.items():
        stemmed = _stemmed(value)
        if stemmed in _YES:
            stemmed = _stemmed(name)
        elif stemmed in _NO:
            continue
        kept.append(stemmed)
        letters += len(stemmed)
        if letters > ATTRIBUTE_LETTERS:
            break
    return " ".join(kept)


_YES, _NO = frozenset({"true", "yes"}), frozenset({"fals", "no", ""})


@lru_cache(maxsize=65_536)
def _stemmed(text: str) -> str:
    """Brands and attributes come again and again in a catalogue: their stems are kept."""
    return " ".join(stems(text))


def _chars(title: str, product: Product) -> list[str]:
    front = runs_of(fold(title) if title.isascii() else title)
    others = (product.brand, product.description, *product.attributes.values())
    parts = [front, front[:LEAD], *(gram_text(clean(part)) for part in others if has_han(part))]
    return [run for part in parts for run in part.split()]


def sounds(title: str) -> list[str]:
    """What may be typed in pinyin to reach a folded title: from each of its first Chinese characters on, in full and as
    initials. Nothing when it has no Chinese."""
    if title.isascii():
        return []
    read = list(map(syllable, han_of(title)[:SPELT]))
    full, short = "".join(read), "".join([sound[0] for sound in read])
    found, at = [], 0
    for place, sound in enumerate(read[:SOUNDED]):
        found.append(full[at : at + TYPED_SOUND])
        if place < len(read) - 1:
            found.append(short[place:])
        at += len(sound)
    return found
