"""Suggestions while typing: mini programs, what several viewers searched for, products."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Literal, NamedTuple

from search.application.finding import Library
from search.domain.prefixes import PrefixBook
from search.domain.queries import LONGEST_QUERY
from search.language.text import clean

ENOUGH_VIEWERS = 5
"""Different viewers who must have asked a query before it may be suggested: one person's words stay their own."""
LONGEST_POPULAR = 40
"""Characters; a longer query is somebody's own."""
_personal = re.compile(r"[@]|\d{7,}")
"""Addresses and numbers that could belong to a person are never suggested, however many ask."""


class Suggestion(NamedTuple):
    """A way to go on typing."""

    text: str
    kind: Literal["mini_program", "product", "query"]
    text_en: str = ""


class PopularQueries:
    """Queries that several viewers of a host asked, by how they begin."""

    def __init__(self) -> None:
        self._by_host: dict[str, PrefixBook] = defaultdict(PrefixBook)
        self._counts: dict[tuple[str, str], int] = {}

    def put(self, host_id: str, query: str, viewers: int) -> None:
        """Know that so many viewers asked a query."""
        if (host_id, query) in self._counts:
            self._by_host[host_id].weigh(query, viewers)
        else:
            self._by_host[host_id].put(query, (query,), viewers)
        self._counts[host_id, query] = viewers

    def count(self, host_id: str, query: str) -> int:
        """How many viewers asked it; 0 for one that is not popular."""
        return self._counts.get((host_id, query), 0)

    def find(self, host_id: str, typed: str) -> list[str]:
        """What begins like `typed`, most asked first."""
        book = self._by_host.get(host_id)
        return [query for query, _ in book.find(typed)] if book is not None else []


def shareable(raw: str) -> str | None:
    """A query as it may be counted and suggested; None for one that could be personal."""
    query = clean(raw).lower()
    if not query or len(query) > LONGEST_POPULAR or _personal.search(query.replace(" ", "")):
        return None
    return query


def suggest(
    library: Library, popular: PopularQueries, host_id: str, typed: str, limit: int
) -> list[Suggestion]:
    """Ways to go on from `typed`, in Chinese, pinyin or Latin letters; none for what is no beginning of anything."""
    typed = clean(typed[: 2 * LONGEST_QUERY])[:LONGEST_QUERY]
    if not typed:
        return []
    found: dict[str, Suggestion] = {}
    for program_id, _ in library.directory.beginnings.find(typed):
        program = library.directory.visible(host_id, program_id)
        if program is not None:
            name = Suggestion(program.name, "mini_program", program.name_en)
            found.setdefault(program.name.lower(), name)
    for query in popular.find(host_id, typed):
        found.setdefault(query, Suggestion(query, "query"))
    if len(found) < limit:
        numbers = library.index.suggest(typed, library.directory.scope(host_id), limit)
        cards = library.cards.cards(numbers)
        for number in numbers:
            if number in cards:
                card = cards[number]
                found.setdefault(card.title.lower(), Suggestion(card.title, "product", card.title_en))
    return list(found.values())[:limit]
