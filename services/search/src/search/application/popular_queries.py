"""Queries that several viewers made, for suggestions."""

from __future__ import annotations

import re
from collections import defaultdict

from search.domain.language.text import clean
from search.domain.prefixes import PrefixBook

MIN_VIEWERS = 5
"""Different viewers who must have made a query before it may be suggested: one person's words stay private."""
MAX_POPULAR_LENGTH = 40
"""Characters; a longer query is personal."""
_personal = re.compile(r"[@]|\d{7,}")
"""Addresses and numbers that could belong to a person are never suggested, however many viewers type them."""


def shareable(raw: str) -> str | None:
    """A query as it may be counted and suggested; None for one that could be personal."""
    query = clean(raw).lower()
    if not query or len(query) > MAX_POPULAR_LENGTH or _personal.search(query.replace(" ", "")):
        return None
    return query


class PopularQueries:
    """Popular queries of each host, found by prefix."""

    def __init__(self) -> None:
        self._by_host: dict[str, PrefixBook] = defaultdict(PrefixBook)
        self._counts: dict[tuple[str, str], int] = {}

    def put(self, host_id: str, query: str, viewers: int) -> None:
        """Set how many viewers made a query."""
        if (host_id, query) in self._counts:
            self._by_host[host_id].weigh(query, viewers)
        else:
            self._by_host[host_id].put(query, (query,), viewers)
        self._counts[host_id, query] = viewers

    def count(self, host_id: str, query: str) -> int:
        """How many viewers made it; 0 for one that is not popular."""
        return self._counts.get((host_id, query), 0)

    def find(self, host_id: str, typed: str) -> list[str]:
        """The queries with the prefix `typed`, most popular first."""
        book = self._by_host.get(host_id)
        return [query for query, _ in book.find(typed)] if book is not None else []
