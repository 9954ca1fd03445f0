"""Whether queries that name a shop are answered with it, and others are captured by none.

True by construction, from names and ratings alone: a shop is named when its whole name stands in the query and the judges
found one of its products to be exactly what is wanted; none is named when no shop's whole name stands there. A misspelt
name counts as none here, so that a rightly understood slip counts as a capture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.bench.corpora import Names
from search.domain.names import NameBook

EXACT = 3


@dataclass(frozen=True, slots=True)
class Firsts:
    """Counts over the queries with and without a shop's name."""

    first: int
    named: int
    captured: int
    unnamed: int
    slips: tuple[str, ...]

    def __str__(self) -> str:
        slips = f" ({', '.join(self.slips)}: read as a misspelt name)" if self.slips else ""
        return f"named shop first {self.first}/{self.named}, put first though not named {self.captured}/{self.unnamed}{slips}"


def firsts(names: Names) -> Firsts:
    """Put every query to the names."""
    book = NameBook(names.shops)
    plain = {shop.mini_program_id: _plain(shop.name) for shop in names.shops}
    first = named = captured = unnamed = 0
    slips = []
    for query_id, query in names.queries.items():
        found = book.find(query, lambda _: True)
        there = [
            (len(name), shop) for shop, name in plain.items() if name and f" {name} " in f" {_plain(query)} "
        ]
        wanted = [s for _, s in sorted(there) if names.ratings.get(query_id, {}).get(s) == EXACT]
        if wanted:
            named += 1
            first += bool(found) and found[0].mini_program_id == wanted[-1]
        elif not there:
            unnamed += 1
            captured += bool(found)
            slips += [found[0].written] if found and found[0].how.name == "TYPO" else []
    return Firsts(first, named, captured, unnamed, tuple(slips))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("'", "")).strip()
