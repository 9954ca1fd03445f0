"""The search column of a host. The order of its parts is in `domain/ranking.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.application.library import Library
from search.application.ports import Found, Hit
from search.application.results import AccountResult, AnyResult, ColumnPage, ProductResult, ProgramResult
from search.domain.cursors import key_of, read_cursor, write_cursor
from search.domain.names import Evidence, NameMatch
from search.domain.queries import ProductQuery, Scope, query_text
from search.domain.ranking import Part, order_named

WHY_OF_NAMED, WHY_BEST_SELLER = "of_named_mini_program", "best_seller_of_named_mini_program"
WHY_RELATED, WHY_SAME_NAME, WHY_LIKE_NAME = "name_begins_so", "same_name", "like_name"


def search_column(library: Library, host_id: str, raw: str, cursor: str | None, limit: int) -> ColumnPage:
    """One page of the search column of a host; `limit` and `cursor` page through products. Raises QueryRefused."""
    text = query_text(raw)
    bound_to = f"column\n{host_id}\n{text}"
    seen = read_cursor(bound_to, cursor)
    named = _named(library, host_id, text)
    parts: dict[Part, Sequence[AnyResult]] = {}
    if not seen:
        parts["named"] = [
            ProgramResult(library.directory.programs[match.mini_program_id], match.kind.reason)
            for match in named[: library.rule.named]
        ]
        parts["related"] = _related(library, host_id, text, named)
        parts["accounts"] = _accounts(library, host_id, text, named)
        hits, its_products = _its_products(library, named, limit)
        parts["its_products"] = its_products
        seen = [key_of(hit.number) for hit in hits]
    room = limit - len(parts.get("its_products", ()))
    query = ProductQuery(
        text,
        library.directory.scope(host_id),
        limit=max(room, 1),
        seen=frozenset(seen),
        boosts=library.directory.boosts,
    )
    found, matched_text, meant = _all_products(library, query, named)
    shown = found.hits[:room]
    parts["products"] = library.results(shown, matched_text)
    seen = [*seen, *(key_of(hit.number) for hit in shown)]
    more = found.more or len(found.hits) > room
    return ColumnPage(
        text,
        tuple(result for part in library.rule.order for result in parts.get(part, ())),
        write_cursor(bound_to, seen) if more and seen else None,
        meant,
    )


def _named(library: Library, host_id: str, text: str) -> list[NameMatch]:
    directory, index = library.directory, library.index
    matches = directory.names.find(
        text,
        lambda program: directory.visible(host_id, program) is not None,
        Evidence(index.is_word, index.sells),
    )
    return order_named(matches, directory.programs)


def _its_products(
    library: Library, named: Sequence[NameMatch], limit: int
) -> tuple[tuple[Hit, ...], Sequence[ProductResult]]:
    """The products of the mini program that is named first: at most half a page."""
    room = min(library.rule.its_products, (limit + 1) // 2)
    if not named or not room:
        return (), ()
    first = named[0]
    query = ProductQuery(first.rest, Scope(only=frozenset({first.mini_program_id})), limit=room)
    if first.rest:
        hits = tuple(hit for hit in library.index.search(query).hits if hit.whole)
        if hits:
            return hits, library.results(hits, first.rest, WHY_OF_NAMED)
    hits = library.index.search(replace(query, text="", sort="sales")).hits
    return hits, library.results(hits, first.rest, WHY_BEST_SELLER)


def _all_products(
    library: Library, query: ProductQuery, named: Sequence[NameMatch]
) -> tuple[Found, str, str | None]:
    """The products, the text that they match, and what the query may mean if it seems mistyped.

    When none has everything: those of the words besides the name of a mini program, or those of what the query may mean.
    """
    found = library.index.search(query)
    if found.any_whole:
        return found, query.text, None
    if named:
        rest = named[0].rest
        # a name alone: what shares a few letters with it is not meant
        return (library.index.search(query.with_text(rest)), rest, None) if rest else (Found(), "", None)
    return library.or_meant(query, found)


def _related(library: Library, host_id: str, text: str, named: Sequence[NameMatch]) -> list[ProgramResult]:
    excluded = {match.mini_program_id for match in named}
    visible = (
        library.directory.visible(host_id, program_id)
        for program_id, _ in library.directory.prefixes.find(text)
        if program_id not in excluded
    )
    return [ProgramResult(program, WHY_RELATED) for program in visible if program][: library.rule.related]


def _accounts(library: Library, host_id: str, text: str, named: Sequence[NameMatch]) -> list[AccountResult]:
    texts = [text]
    for match in named:
        program = library.directory.programs[match.mini_program_id]
        texts += [match.text, program.name, program.name_en]
    found = library.accounts.like(host_id, filter(None, texts), library.rule.accounts)
    return [AccountResult(account, WHY_SAME_NAME if same else WHY_LIKE_NAME) for account, same in found]
