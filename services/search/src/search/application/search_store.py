"""Search inside one mini program."""

from __future__ import annotations

from search.application.library import Library
from search.application.results import StorePage
from search.domain.cursors import key_of, read_cursor, write_cursor
from search.domain.errors import MiniProgramNotFound
from search.domain.language.text import clean
from search.domain.queries import MAX_QUERY_LENGTH, Filters, ProductQuery, Scope, Sort, query_text


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
    """Products of one mini program; an empty query lists them all. Raises QueryRefused, and MiniProgramNotFound for one
    that this host does not show."""
    program = library.directory.visible(host_id, mini_program_id)
    if program is None:
        raise MiniProgramNotFound(mini_program_id)
    text = query_text(raw) if clean(raw[:MAX_QUERY_LENGTH]) else ""
    bound_to = f"store\n{mini_program_id}\n{text}\n{filters}\n{sort}"
    seen = read_cursor(bound_to, cursor)
    query = ProductQuery(
        text,
        Scope(only=frozenset({mini_program_id})),
        filters,
        sort,
        limit=limit,
        seen=frozenset(seen),
        facets=not seen,
    )
    found, matched_text, meant = library.index.search(query), text, None
    if text and not found.any_whole:
        found, matched_text, meant = library.or_meant(query, found)
    seen += [key_of(hit.number) for hit in found.hits]
    return StorePage(
        program,
        text,
        library.results(found.hits, matched_text),
        write_cursor(bound_to, seen) if found.more and seen else None,
        meant,
        found.facets,
    )
