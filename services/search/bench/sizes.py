"""What a catalogue costs as it grows: the judged products again and again, in the embedded engine and in others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from search.bench.corpora import SHOP, Corpus, copies
from search.bench.costs import Stored, cost_of, filling, page_of, put_all, size_of
from search.bench.engines import AWAY, Fts5, hybrid, opensearch
from search.bench.report import Report
from search.domain.documents import Product
from search.domain.queries import Scope
from search.engine.port import ProductIndex
from search.engine.tantivy_index import TantivyIndex

STORE = 100_000
"""Products of the one store that is searched inside."""
ELSEWHERE = "another001"
FILLINGS, QUICK = 3, 20_000
BATCH = 20_000
"""Products that are sent to another process before it is asked to have them: they wait in memory until then."""
FEW, SOME = 300, 1_000
"""Queries asked of those that take long, and of those that take longer than words alone."""

Figures = tuple[object, ...]


@dataclass(slots=True)
class Rivals:
    """What is measured beside the embedded engine, up to which size."""

    opensearch: str | None
    models: Path | None
    largest: int

    def without_opensearch(self) -> None:
        """It did not answer, or not in time: it is left out from here on."""
        print("  OpenSearch is left out from here on", flush=True)
        self.opensearch = None


def sizes(report: Report, corpus: Corpus, size: int, rivals: Rivals) -> None:
    """Tell the costs at one size."""
    products = list(copies(corpus.products, size))
    queries = list(corpus.queries.values())
    part = f"{corpus.name}, {size:,} products"
    report.row(part, "embedded", lambda: _embedded(products, queries))
    if size == 2 * STORE:
        report.row(part, "in one store", lambda: _in_store(products, queries))
    if size > rivals.largest:
        return
    models, url = rivals.models, rivals.opensearch
    if models is not None:
        report.row(part, "hybrid", lambda: _hybrid(products, queries, models))
    report.row(part, "SQLite FTS5", lambda: _fts5(products, queries))
    if url is not None and not report.row(
        part, "OpenSearch", lambda: _opensearch(products, queries, url), AWAY
    ):
        rivals.without_opensearch()


def _embedded(products: list[Product], queries: list[str]) -> Figures:
    """Filled several times while that is quick, since others use the machine too; the fastest time counts."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / str(number) for number in range(FILLINGS if len(products) <= QUICK else 1)]
        indexes = [TantivyIndex(place) for place in places]
        filled = [
            filling(len(products), partial(put_all, index, products), partial(size_of, place))
            for index, place in zip(indexes, places, strict=True)
        ]
        cost = cost_of(page_of(indexes[0]), queries)
        for index in indexes:
            index.close()
    return cost, min(filled, key=lambda one: one.cpu_seconds)


def _in_store(products: list[Product], queries: list[str]) -> Figures:
    """Searching inside one store of many products, while as many and more are elsewhere."""
    index: ProductIndex = TantivyIndex()
    elsewhere = (replace(product, mini_program_id=ELSEWHERE) for product in products[STORE:])
    put_all(index, [*products[:STORE], *elsewhere])
    cost = cost_of(page_of(index, Scope(only=frozenset({SHOP}))), queries)
    index.close()
    return cost, f"of {STORE:,} products"


def _hybrid(products: list[Product], queries: list[str], models: Path) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        both = hybrid(TantivyIndex(Path(folder)), models, Path(folder))
        put_all(both, products)
        cost, stored = cost_of(page_of(both), queries[:SOME]), size_of(Path(folder)) / len(products)
        both.close()
    return cost, Stored(stored)


def _fts5(products: list[Product], queries: list[str]) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        fts5 = Fts5(Path(folder) / "fts5.sqlite")
        filled = filling(len(products), lambda: fts5.put(products), lambda: size_of(Path(folder)))
        cost = cost_of(_rank(fts5), queries[:FEW], at_least=FEW)
        fts5.close()
    return cost, filled


def _opensearch(products: list[Product], queries: list[str], url: str) -> Figures:
    there = opensearch(url)
    try:
        filled = filling(
            len(products), lambda: put_all(there, products, BATCH), there.bytes_on_disk, elsewhere=True
        )
        return cost_of(page_of(there), queries[:FEW], at_least=FEW, clock=True), filled
    finally:
        with suppress(*AWAY):
            there.discard()
        there.close()


def _rank(fts5: Fts5) -> Callable[[str], object]:
    return lambda query: fts5.rank(query, 20)
