"""Short ways to search, for tests."""

from __future__ import annotations

from search.application.library import Library
from search.application.results import AccountResult, AnyResult, ColumnPage, ProductResult, ProgramResult
from search.application.search_column import search_column
from search.application.suggesting import suggest


def column(library: Library, query: str, host: str = "app", limit: int = 20) -> ColumnPage:
    """The first page of the column."""
    return search_column(library, host, query, None, limit)


def id_of(result: AnyResult) -> str:
    """The id of what was found."""
    if isinstance(result, ProgramResult):
        return result.program.mini_program_id
    return result.account.account_id if isinstance(result, AccountResult) else result.card.product_id


def ids(page: ColumnPage) -> list[str]:
    """The ids of all results, in order."""
    return [id_of(result) for result in page.results]


def product_pages(library: Library, query: str, limit: int) -> list[list[str]]:
    """The product ids of all pages of the column."""
    pages, cursor = [], None
    while True:
        page = search_column(library, "app", query, cursor, limit)
        pages.append([r.card.product_id for r in page.results if isinstance(r, ProductResult)])
        cursor = page.next_cursor
        if cursor is None:
            return pages


def suggested(library: Library, typed: str) -> list[tuple[str, str]]:
    """Text and kind of the suggestions."""
    return [(s.text, s.kind) for s in suggest(library, "app", typed, 10)]
