"""Cost by size of the catalogue: the judged products repeated, in the embedded engine and in others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.corpora import SHOP, Corpus, copies
from bench.costs import Stored, cost_of, filling, page_of, put_all, size_of
from bench.engines import UNAVAILABLE, Fts5, hybrid, opensearch
from bench.report import Report
from search.adapters.engine.tantivy_index import TantivyIndex
from search.application.ports import ProductIndex
from search.domain.documents import Product
from search.domain.queries import Scope

STORE = 100_000
"""Products of the store that is searched."""
ELSEWHERE = "another001"
FILLINGS, QUICK = 3, 20_000
BATCH = 20_000
"""Products sent to another process before each commit."""
FEW, SOME = 300, 1_000
"""Queries for the slow engines, and for search by meaning."""

Figures = tuple[object, ...]


@dataclass(slots=True)
class Rivals:
    """The engines to measure besides the embedded one, and up to which size."""

    opensearch: str | None
    models: Path | None
    largest: int

    def without_opensearch(self) -> None:
        """Leave OpenSearch out from here on: it did not answer in time."""
        print("  OpenSearch is left out from here on", flush=True)
        self.opensearch = None


def sizes(report: Report, corpus: Corpus, size: int, rivals: Rivals) -> None:
    """Measure the costs at one size."""
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
        part, "OpenSearch", lambda: _opensearch(products, queries, url), UNAVAILABLE
    ):
        rivals.without_opensearch()


def _embedded(products: list[Product], queries: list[str]) -> Figures:
    """Small sizes are filled several times and the fastest counts, since other processes use the machine too."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder) / str(number) for number in range(FILLINGS if len(products) <= QUICK else 1)]
        indexes = [TantivyIndex(place) for place in folders]
        filled = [
            filling(len(products), partial(put_all, index, products), partial(size_of, place))
            for index, place in zip(indexes, folders, strict=True)
        ]
        cost = cost_of(page_of(indexes[0]), queries)
        for index in indexes:
            index.close()
    return cost, min(filled, key=lambda one: one.cpu_seconds)


def _in_store(products: list[Product], queries: list[str]) -> Figures:
    """Search inside one store of many products, with as many in other stores."""
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
    index = opensearch(url)
    try:
        filled = filling(
            len(products), lambda: put_all(index, products, BATCH), index.bytes_on_disk, elsewhere=True
        )
        return cost_of(page_of(index), queries[:FEW], at_least=FEW, clock=True), filled
    finally:
        with suppress(*UNAVAILABLE):
            index.discard()
        index.close()


def _rank(fts5: Fts5) -> Callable[[str], object]:
    return lambda query: fts5.rank(query, 20)
