"""Cuts a query into what products need, and weighs hits; the same for every engine.

A query is a row of needs. Each is met by any one of a few terms: a word by itself or by the kind of thing it names; a Chinese
character by either pair that it is part of, so that no segmenter has to say where words end. The last need is the head: what the
buyer wants. A product that meets every need is a whole match; one that meets the head in its name is a match in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from search.domain.documents import number_of
from search.domain.language.kinds import Head, kinds
from search.domain.language.measures import measures_in, word_and_number
from search.domain.language.text import clean, fold, grams_of, has_han, stem_of, words_of
from search.domain.queries import MAX_TERMS, ProductQuery

WORD_WEIGHT = 2.0
"""The weight of a word in a Chinese query: it is a kind, a brand or a model."""
FEW_NEEDS = 3
"""A query of so few needs is answered by the head or by everything; a longer one also by any two."""
ALL_TERMS = 1.5
"""Factor for a product that matches everything in the query."""
SOLD_OUT = 0.8
"""Factor for a product that is out of stock."""
MAX_CHARACTER_SHARE = 0.05
"""A single Chinese character in more of the products than this is not searched for: it says little and costs most."""
MARGIN = 40
"""Hits behind the page that the factors may move into it."""
MAX_GRAMS = 16
"""Grams that a search for any of them uses, the rarest: they carry the meaning of a long query."""
MIN_COMMON = 1_000
"""Products that a character must be in before it counts as common."""
FEW_PRODUCTS = 5_000
"""With fewer products, a word that is in none of them may still be a word."""
FILLERS = frozenset(
    ["a", "an", "and", "the", "for", "with", "of", "in", "on", "to", "by", "from", "or", "my"]
)
"""English words that say nothing about a product."""
_piece = re.compile(r"[^\W_]+")
_aside = re.compile(r" (?:with|for|in|by|from|of|to|without) ")


class Need(NamedTuple):
    """Terms of the two fields, any of which meets it."""

    words: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """A query cut into needs."""

    needs: tuple[Need, ...] = ()
    head: tuple[Need, ...] = ()
    """Those of the needs that say what the thing is."""
    words: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()
    """All terms, for the score."""

    @property
    def is_nothing(self) -> bool:
        """The query has nothing to search for: only punctuation and symbols."""
        return not self.needs


def terms_of(text: str) -> Terms:
    """Cut a query the way documents are cut."""
    original = fold(clean(text))
    measures, folded = measures_in(original)
    han_heads, latin_head = list(kinds().han_heads(folded)), kinds().latin_head(folded)
    named = han_heads[-1] if han_heads else latin_head
    parts = [part for run in _piece.findall(folded) for part in _parts(run)]
    needs: list[Need] = []
    head: list[Need] = []
    joined: list[str] = []
    for part, is_han in parts:
        if is_han:
            wanted = list(_of_run(part, named))
            needs += (need for need, _ in wanted)
            head = [need for need, is_head in wanted if is_head] or (head if han_heads else [wanted[-1][0]])
        elif part not in FILLERS or all(word in FILLERS for word, _ in parts):
            pieces = word_and_number(part)
            joined += [stem_of(part)] if pieces else []
            needs += (_of_word(piece, None if han_heads else named) for piece in pieces or [part])
    if not head:
        head = [need for need in needs if len(need.words) > 1] or _last_word(folded)
    needs += (Need(words=(measure,)) for measure in measures)
    needs = list(dict.fromkeys(needs))[:MAX_TERMS]
    glued = _piece.findall(original) if any(is_han for _, is_han in parts) else []
    return Terms(
        tuple(needs),
        tuple(head or needs[-1:]),
        tuple(dict.fromkeys([*joined, *(word for need in needs for word in need.words)])),
        tuple(grams_of(glued)[:MAX_TERMS]),
    )


def _of_word(word: str, head: Head | None) -> Need:
    stem = stem_of(word)
    return Need((stem, *sorted(head.kinds)) if head is not None and stem in head.words else (stem,))


def _last_word(folded: str) -> list[Need]:
    """The last word before a preposition that is no number, in a query without a word of the table."""
    words = [word for word in words_of(_aside.split(folded)[0]) if word not in FILLERS]
    plain = [word for word in words if not any(char.isdigit() for char in word)]
    return [Need((stem_of(word),)) for word in (plain or words)[-1:]]


def _parts(run: str) -> Iterator[tuple[str, bool]]:
    """The Chinese and the other parts of a run of letters; 的 separates words and is none."""
    part, kind = "", False
    for char in run:
        is_han = has_han(char)
        if part and (is_han is not kind or char == "的"):
            yield part, kind
            part = ""
        if char != "的":
            part, kind = part + char, is_han
    if part:
        yield part, kind


def _of_run(run: str, head: Head | None) -> Iterator[tuple[Need, bool]]:
    """The needs of a Chinese run, with whether each is part of the head."""
    pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    word = "".join(head.words) if head is not None else ""
    start = run.rfind(word) if word else -1
    for at in range(len(run)):
        around = tuple(dict.fromkeys(pairs[max(0, at - 1) : at + 1]))
        is_head = start >= 0 and start <= at < start + len(word)
        yield Need(tuple(sorted(head.kinds)) if is_head and head else (), around), is_head


STOCK_BIT, PROGRAM_SHIFT = 1, 1


def traits_of(mini_program_id: str, in_stock: bool) -> int:
    """What the factors depend on, in one number, so that a hit costs one read."""
    return number_of(mini_program_id) << PROGRAM_SHIFT | STOCK_BIT * in_stock


def depth_of(query: ProductQuery) -> int:
    """How many hits an engine returns for a page."""
    return len(query.seen) + query.limit + MARGIN


def factor_of(query: ProductQuery, whole: bool, traits: int) -> float:
    """The factor for the score of a hit that matches everything (`whole`) and has these traits."""
    factor = ALL_TERMS if whole else 1.0
    if not traits & STOCK_BIT:
        factor *= SOLD_OUT
    return factor * query.boosts.get(traits >> PROGRAM_SHIFT, 1.0)
