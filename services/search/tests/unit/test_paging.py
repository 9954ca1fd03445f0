"""Paging through the column."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from search_support.engines import IndexProducts
from search_support.searching import id_of, product_pages
from search_support.shops import make_product

from search.application.library import Library
from search.application.search_column import search_column
from search.domain.cursors import MAX_DEPTH
from search.domain.errors import QueryRefused

Lamps = Callable[[int, str], list[str]]


@pytest.fixture
def lamps(index_products: IndexProducts) -> Lamps:
    def stocked(count: int, word: str) -> list[str]:
        made = [make_product(f"{word}{n}", "yunduo001", f"{word} lamp number {n}") for n in range(count)]
        index_products(*made)
        return [p.product_id for p in made]

    return stocked


@pytest.mark.parametrize("limit", [1, 3, 20, 100])
def test_pages_hold_every_product_once(library: Library, lamps: Lamps, limit: int) -> None:
    made = lamps(41, "desk")
    shown = product_pages(library, "desk lamp", limit)
    assert sorted(itertools.chain(*shown)) == sorted(made)
    assert all(len(page) == limit for page in shown[:-1])


def test_paging_repeats_and_skips_nothing_while_the_index_changes(
    library: Library, lamps: Lamps, index_products: IndexProducts
) -> None:
    made = lamps(60, "desk")
    first = search_column(library, "app", "desk lamp", None, 20)
    shown = [id_of(r) for r in first.results]
    lamps(200, "floor")
    gone = next(p for p in made if p not in shown)
    index_products(
        make_product(gone, "yunduo001", "gone", listed=False),
        make_product(shown[0], "yunduo001", "desk lamp desk lamp, changed"),
    )
    cursor = first.next_cursor
    while cursor is not None:
        page = search_column(library, "app", "desk lamp", cursor, 20)
        shown += [id_of(r) for r in page.results]
        cursor = page.next_cursor
        if all(p in shown for p in made if p != gone):
            break
    assert len(shown) == len(set(shown))
    assert set(made) - set(shown) == {gone}


def test_paging_ends_at_the_maximum_depth(library: Library, lamps: Lamps) -> None:
    lamps(MAX_DEPTH + 50, "desk")
    assert sum(len(page) for page in product_pages(library, "desk lamp", 100)) == MAX_DEPTH


@pytest.mark.parametrize("cursor", ["", "!", "AAAA", "é", "\ud800", "A" * 5000, "AAAAAAA="])
def test_a_broken_cursor_is_refused(library: Library, cursor: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        search_column(library, "app", "耳机", cursor, 20)
    assert refused.value.code == "invalid_cursor"


def test_a_cursor_of_another_query_is_refused(library: Library, lamps: Lamps) -> None:
    lamps(30, "desk")
    cursor = search_column(library, "app", "desk lamp", None, 5).next_cursor
    with pytest.raises(QueryRefused):
        search_column(library, "app", "lamp desk", cursor, 5)
