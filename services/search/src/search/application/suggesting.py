"""Suggestions while typing: mini programs, popular queries, products."""

from __future__ import annotations

from typing import Literal, NamedTuple

from search.application.library import Library
from search.domain.language.text import clean
from search.domain.queries import MAX_QUERY_LENGTH


class Suggestion(NamedTuple):
    """A completion of the typed text."""

    text: str
    kind: Literal["mini_program", "product", "query"]
    text_en: str = ""


def suggest(library: Library, host_id: str, typed: str, limit: int) -> list[Suggestion]:
    """Completions of `typed`, in Chinese, pinyin or Latin letters; none when nothing begins like it."""
    typed = clean(typed[: 2 * MAX_QUERY_LENGTH])[:MAX_QUERY_LENGTH]
    if not typed:
        return []
    found: dict[str, Suggestion] = {}
    for program_id, _ in library.directory.prefixes.find(typed):
        program = library.directory.visible(host_id, program_id)
        if program is not None:
            name = Suggestion(program.name, "mini_program", program.name_en)
            found.setdefault(program.name.lower(), name)
    for query in library.popular.find(host_id, typed):
        found.setdefault(query, Suggestion(query, "query"))
    if len(found) < limit:
        numbers = library.index.suggest(typed, library.directory.scope(host_id), limit)
        cards = library.cards.cards(numbers)
        for number in numbers:
            if number in cards:
                card = cards[number]
                found.setdefault(card.title.lower(), Suggestion(card.title, "product", card.title_en))
    return list(found.values())[:limit]
