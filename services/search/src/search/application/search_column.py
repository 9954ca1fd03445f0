"""The search column and in-store search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.application.directory import Accounts, Directory
from search.application.ports import Cards
from search.application.results import (
    AccountResult,
    AnyResult,
    ColumnPage,
    ProductResult,
    ProgramResult,
    StorePage,
)
from search.domain.cursors import key_of, read_cursor, write_cursor
from search.domain.highlights import highlighted
from search.domain.names import Evidence, Naming
from search.domain.queries import Filters, ProductQuery, Scope, Sort, query_text
from search.domain.ranking import Part, RankingRule, order_named
from search.engine.port import Found, Hit, ProductIndex
from search.language.text import clean

WHY_WHOLE, WHY_PART = "matches_all_words", "matches_some_words"
WHY_OF_NAMED, WHY_BEST_SELLER = "of_named_mini_program", "best_seller_of_named_mini_program"
WHY_MEANING = "like_in_meaning"
WHY_RELATED, WHY_SAME_NAME, WHY_LIKE_NAME, WHY_LISTED = "name_begins_so", "same_name", "like_name", "listed"


class NotThere(LookupError):
    """The mini program is not to be seen in this host."""


@dataclass(frozen=True, slots=True)
class Library:
    """All that is searched."""

    index: ProductIndex
    cards: Cards
    directory: Directory
    accounts: Accounts
    rule: RankingRule


def search_column(library: Library, host_id: str, raw: str, cursor: str | None, limit: int) -> ColumnPage:
    """One page of the search column of a host; `limit` and `cursor` page through products. Raises QueryRefused."""
    text = query_text(raw)
    question = f"column\n{host_id}\n{text}"
    seen = read_cursor(question, cursor)
    namings = _named(library, host_id, text)
    parts: dict[Part, Sequence[AnyResult]] = {}
    if not seen:
        parts["named"] = [
            ProgramResult(library.directory.programs[n.mini_program_id], n.how.reason)
            for n in namings[: library.rule.named]
        ]
        parts["related"] = _related(library, host_id, text, namings)
        parts["accounts"] = _accounts(library, host_id, text, namings)
        hits, its_products = _its_products(library, namings, limit)
        parts["its_products"] = its_products
        seen = [key_of(hit.number) for hit in hits]
    room = limit - len(parts.get("its_products", ()))
    wanted = ProductQuery(
        text,
        library.directory.scope(host_id),
        limit=max(room, 1),
        seen=frozenset(seen),
        boosts=library.directory.boosts,
    )
    found, asked = _all_products(library, wanted, namings)
    hits_shown = found.hits[:room]
    parts["products"] = _results(library, hits_shown, asked)
    seen = [*seen, *(key_of(hit.number) for hit in hits_shown)]
    more = found.more or len(found.hits) > room
    return ColumnPage(
        text,
        tuple(result for part in library.rule.order for result in parts.get(part, ())),
        write_cursor(question, seen) if more and seen else None,
        None if namings or found.any_whole else library.index.correct(text),
    )


def search_store(
    library: Library,
    host_id: str,
    mini_program_id: str,
    raw: str,
    filters: Filters,
    sort: Sort,
    cursor: str | None,
    limit: int,
) -> StorePage:
    """Products of one mini program; an empty query lists them. Raises QueryRefused, and NotThere for a mini program
    that is not in this host."""
    if library.directory.visible(host_id, mini_program_id) is None:
        raise NotThere(mini_program_id)
    text = query_text(raw) if clean(raw[:1000]) else ""
    question = f"store\n{mini_program_id}\n{text}\n{filters}\n{sort}"
    seen = read_cursor(question, cursor)
    found = library.index.search(
        ProductQuery(
            text,
            Scope(only=frozenset({mini_program_id})),
            filters,
            sort,
            limit=limit,
            seen=frozenset(seen),
            facets=not seen,
        )
    )
    seen += [key_of(hit.number) for hit in found.hits]
    return StorePage(
        text,
        _results(library, found.hits, text),
        write_cursor(question, seen) if found.more and seen else None,
        library.index.correct(text) if text and not found.any_whole else None,
        found.facets,
    )


def _named(library: Library, host_id: str, text: str) -> list[Naming]:
    directory, index = library.directory, library.index
    namings = directory.names.find(
        text,
        lambda program: directory.visible(host_id, program) is not None,
        Evidence(index.is_word, index.sells),
    )
    return order_named(namings, directory.programs)


def _its_products(
    library: Library, namings: Sequence[Naming], limit: int
) -> tuple[tuple[Hit, ...], Sequence[ProductResult]]:
    """The products of the mini program that is named first: at most half a page."""
    room = min(library.rule.its_products, (limit + 1) // 2)
    if not namings or not room:
        return (), ()
    first = namings[0]
    mine = ProductQuery(first.rest, Scope(only=frozenset({first.mini_program_id})), limit=room)
    if first.rest:
        hits = tuple(hit for hit in library.index.search(mine).hits if hit.whole)
        if hits:
            return hits, _results(library, hits, first.rest, WHY_OF_NAMED)
    hits = library.index.search(replace(mine, text="", sort="sales")).hits
    return hits, _results(library, hits, first.rest, WHY_BEST_SELLER)


def _all_products(library: Library, wanted: ProductQuery, namings: Sequence[Naming]) -> tuple[Found, str]:
    """What matches all that was typed; when nothing does and a mini program is named, what matches the other words."""
    found = library.index.search(wanted)
    rest = namings[0].rest if namings else ""
    if found.any_whole or not rest:
        return found, wanted.text
    return library.index.search(wanted.with_text(rest)), rest


def _related(library: Library, host_id: str, text: str, namings: Sequence[Naming]) -> list[ProgramResult]:
    named = {naming.mini_program_id for naming in namings}
    begins = (program_id for program_id, _ in library.directory.beginnings.find(text))
    visible = (
        library.directory.visible(host_id, program_id) for program_id in begins if program_id not in named
    )
    return [ProgramResult(program, WHY_RELATED) for program in visible if program][: library.rule.related]


def _accounts(library: Library, host_id: str, text: str, namings: Sequence[Naming]) -> list[AccountResult]:
    texts = [text]
    for naming in namings:
        program = library.directory.programs[naming.mini_program_id]
        texts += [naming.written, program.name, program.name_en]
    found = library.accounts.like(host_id, filter(None, texts), library.rule.accounts)
    return [AccountResult(account, WHY_SAME_NAME if same else WHY_LIKE_NAME) for account, same in found]


def _results(
    library: Library, hits: Sequence[Hit], text: str, why: str | None = None
) -> tuple[ProductResult, ...]:
    """Hits with what is to be shown of them; one that has just gone is left out."""
    cards = library.cards.cards([hit.number for hit in hits])
    return tuple(
        ProductResult(
            cards[hit.number],
            why or _why(hit, text),
            highlighted(cards[hit.number].title, text) if text else None,
        )
        for hit in hits
        if hit.number in cards
    )


def _why(hit: Hit, text: str) -> str:
    if not text:
        return WHY_LISTED
    if hit.by_meaning:
        return WHY_MEANING
    return WHY_WHOLE if hit.whole else WHY_PART
