"""Turns a product into an index document, the same for every engine.

One field combines all words, with the title repeated by its weight: summing the scores of separate fields instead loses a tenth
of NDCG (docs/measurements/search.md). Chinese text has such a field too, of characters and pairs of neighbours. `names` and
`name_chars` say which of them are in the name of the thing: title, brand, model, shelf, kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from search.domain.documents import Product
from search.domain.language.kinds import kinds
from search.domain.language.measures import codes_in, measures_in, word_and_number
from search.domain.language.pinyin import syllable
from search.domain.language.text import clean, fold, han_of, has_han, is_glued, runs_of, stems_of, words_of

TITLE_WEIGHT, DESCRIPTION_WEIGHT = 3, 2
"""How often the words of a title and of a description count, against once for all others."""
PINYIN_STARTS, PINYIN_CHARACTERS = 8, 12
"""Chinese characters of a title at which typed pinyin may begin, and those that are romanised at all."""
MAX_SOUND = 20
"""Letters of pinyin that are indexed: about six characters, enough to find a suggestion."""


class Indexed(NamedTuple):
    """The indexed text of one product; all empty for a delisted one."""

    words: str
    chars: list[str]
    """Runs of letters, each cut into grams by itself: grams across a blank would match nothing and lengthen the field."""
    names: str
    name_chars: list[str]
    spoken: str
    sounds: str


NOTHING = Indexed("", [], "", [], "", "")


class _Text(NamedTuple):
    """A text, folded and cut."""

    folded: str
    words: tuple[str, ...]
    terms: str
    runs: tuple[str, ...]


def _cut(text: str) -> _Text:
    folded = fold(text if text.isascii() else clean(text))
    words = words_of(folded)
    parts = [part for word in words for part in word_and_number(word)]
    terms = " ".join([*stems_of([*words, *parts]), *codes_in(folded), *measures_in(folded)[0]])
    return _Text(folded, tuple(words), terms, tuple(runs_of(folded).split()) if has_han(folded) else ())


_cut_once = lru_cache(maxsize=65_536)(_cut)
"""Cached, since brands, shelves and attributes repeat in a catalogue."""


def indexed(product: Product) -> Indexed:
    """The product's searchable text."""
    if not product.listed:
        return NOTHING
    titles = [_cut(title) for title in dict.fromkeys((product.title, product.title_en)) if title]
    others = [_cut_once(text) for text in (product.brand, product.brand_en, product.shelf) if text]
    others += [_cut(product.model)] if product.model else []
    kind_tokens = " ".join(sorted(_kinds_of(titles, product.shelf)))
    names = " ".join([*(part.terms for part in (*titles, *others)), kind_tokens])
    name_chars = _glued(titles) + [run for part in others for run in part.runs]
    facts = [_cut_once(text) for text in _facts(product)]
    facts += [_cut(product.description)] * DESCRIPTION_WEIGHT if product.description else []
    weighted = [part.terms for part in titles] * (TITLE_WEIGHT - 1)
    pinyin = sounds(titles[0].folded) if titles else []
    return Indexed(
        " ".join([*weighted, names, *(part.terms for part in facts)]),
        name_chars + [run for part in facts for run in part.runs],
        names,
        name_chars,
        " ".join(word for part in titles for word in part.words),
        " ".join(pinyin),
    )


def _glued(titles: Iterable[_Text]) -> list[str]:
    """The runs of titles with words that no blank separates."""
    return [run for title in titles if is_glued(title.folded) for run in runs_of(title.folded).split()]


def _kinds_of(titles: Iterable[_Text], shelf: str) -> set[str]:
    """The kinds that titles end in, and those that a shelf is named after."""
    table = kinds()
    found: set[str] = set()
    for title in titles:
        heads = [*table.han_heads(title.folded)][:1] if title.runs else []
        latin = table.latin_head(title.folded)
        for head in (*heads, *([latin] if latin is not None else [])):
            found |= head.kinds
    return table.with_wider(found | _kinds_of_shelf(shelf))


@lru_cache(maxsize=65_536)
def _kinds_of_shelf(shelf: str) -> frozenset[str]:
    return frozenset(kind for name in shelf.split(" / ") for kind in kinds().of_word(name))


def _facts(product: Product) -> Iterable[str]:
    """The values of attributes, their names where the value is a plain yes (`waterproof: yes`), and the options."""
    for attributes in (product.attributes, product.attributes_en):
        for name, value in attributes.items():
            plain = value.lower()
            if plain not in _NO:
                yield name if plain in _YES else value
    yield from product.options


_YES, _NO = frozenset({"true", "yes", "是"}), frozenset({"false", "no", "否", ""})


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
