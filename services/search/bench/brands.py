"""Measures whether a query that names a shop shows it first, and other queries show none first.

From names and ratings alone: a shop is named when the query contains its whole name and the judges rated one of its
products as exact; none is named when the query contains no shop's whole name. A misspelt name counts as none, so that a
correctly recognised typo counts as a capture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.corpora import Names
from search.domain.name_book import NameBook
from search.domain.names import MatchKind

EXACT = 3


@dataclass(frozen=True, slots=True)
class Firsts:
    """Counts over the queries with and without a shop's name."""

    first: int
    named: int
    captured: int
    unnamed: int
    typos: tuple[str, ...]

    def __str__(self) -> str:
        typos = f" ({', '.join(self.typos)}: recognised as a misspelt name)" if self.typos else ""
        return f"named shop first {self.first}/{self.named}, put first though not named {self.captured}/{self.unnamed}{typos}"


def firsts(names: Names) -> Firsts:
    """Search the names in every query."""
    book = NameBook(names.shops)
    plain = {shop.mini_program_id: _plain(shop.name) for shop in names.shops}
    first = named = captured = unnamed = 0
    typos = []
    for query_id, query in names.queries.items():
        found = book.find(query, lambda _: True)
        contained = [
            (len(name), shop) for shop, name in plain.items() if name and f" {name} " in f" {_plain(query)} "
        ]
        exact = [s for _, s in sorted(contained) if names.ratings.get(query_id, {}).get(s) == EXACT]
        if exact:
            named += 1
            first += bool(found) and found[0].mini_program_id == exact[-1]
        elif not contained:
            unnamed += 1
            captured += bool(found)
            typos += [found[0].text] if found and found[0].kind is MatchKind.TYPO else []
    return Firsts(first, named, captured, unnamed, tuple(typos))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("'", "")).strip()
