"""Turns a product into an index document, the same for every engine.

One field combines all stemmed words, with parts repeated by their weight: title three times and its front once more, brand
and description twice, model and attributes once. Summing the scores of separate fields instead loses a tenth of NDCG
(docs/measurements/search.md). A second field holds one- and two-character grams of text without spaces. The weights are
on a plateau, not at a peak: each may change by half without loss.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from search.domain.documents import Product
from search.domain.language.accessories import names_an_accessory
from search.domain.language.pinyin import syllable
from search.domain.language.text import (
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
"""Words, or Chinese characters, at the front of the title that count once more: a title begins with the thing itself."""
MAX_ATTRIBUTE_LETTERS = 160
"""About twenty-five words of attributes: longer tables would outweigh the title."""
PINYIN_STARTS, PINYIN_CHARACTERS = 8, 12
"""Chinese characters of a title at which typed pinyin may begin, and those that are romanised at all."""
MAX_SOUND = 20
"""Letters of pinyin that are indexed: about six characters, enough to find a suggestion."""


class Indexed(NamedTuple):
    """The indexed text of one product; all empty for a delisted one."""

    words: str
    chars: list[str]
    """Runs of letters, each cut into grams by itself: grams across a blank would match nothing and lengthen the field."""
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
        title = fold(clean(title))  # once for everything below
    words = words_of(title)
    if english and english != product.title:
        words += surface_words(english)
    title_stems = stems_of(words)
    whole, lead = " ".join(title_stems), " ".join(title_stems[:LEAD])
    brand, model = _stemmed(product.brand), " ".join(stems(product.model))
    description, attributes = " ".join(stems(product.description)), _attributes(product.attributes)
    pinyin = sounds(title)
    return Indexed(
        f"{whole} {whole} {whole} {lead} {brand} {brand} {model} {description} {description} {attributes}",
        _chars(title, product) if pinyin or is_glued(title) else [],
        " ".join(words),
        " ".join(pinyin),
        names_an_accessory(title, title_stems),
    )


def _attributes(attributes: dict[str, str]) -> str:
    """The stems of the values, and of the name where the value is a plain yes: `waterproof: yes` is `waterproof`."""
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
        if letters > MAX_ATTRIBUTE_LETTERS:
            break
    return " ".join(kept)


_YES, _NO = frozenset({"true", "yes"}), frozenset({"fals", "no", ""})


@lru_cache(maxsize=65_536)
def _stemmed(text: str) -> str:
    """Cached, since brands and attributes repeat in a catalogue."""
    return " ".join(stems(text))


def _chars(title: str, product: Product) -> list[str]:
    front = runs_of(fold(title) if title.isascii() else title)
    others = (product.brand, product.description, *product.attributes.values())
    parts = [front, front[:LEAD], *(gram_text(clean(part)) for part in others if has_han(part))]
    return [run for part in parts for run in part.split()]


def sounds(title: str) -> list[str]:
    """The pinyin of a folded title from each of its first Chinese characters on, in full and as initials."""
    if title.isascii():
        return []
    syllables = list(map(syllable, han_of(title)[:PINYIN_CHARACTERS]))
    full, short = "".join(syllables), "".join([sound[0] for sound in syllables])
    found, at = [], 0
    for place, sound in enumerate(syllables[:PINYIN_STARTS]):
        found.append(full[at : at + MAX_SOUND])
        if place < len(syllables) - 1:
            found.append(short[place:])
        at += len(sound)
    return found
