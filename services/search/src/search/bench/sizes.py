"""What a catalogue costs as it grows: the judged products again and again, in the embedded engine and in others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from search.bench.corpora import SHOP, Corpus, copies
from search.bench.costs import cost_of, filling, pace, page_of, put_all, size_of
from search.bench.engines import Fts5, hybrid, opensearch
from search.domain.documents import Product
from search.domain.queries import Scope
from search.engine.port import ProductIndex
from search.engine.tantivy_index import TantivyIndex

STORE = 100_000
"""Products of the one store that is searched inside."""
ELSEWHERE = "another001"
FEW = 300
"""Queries asked of those that take long."""


@dataclass(frozen=True, slots=True)
class Rivals:
    """What is measured beside the embedded engine, up to which size."""

    opensearch: str | None
    models: Path | None
    largest: int


def sizes(corpus: Corpus, size: int, rivals: Rivals) -> None:
    """Print the costs at one size."""
    products = list(copies(corpus.products, size))
    queries = list(corpus.queries.values())

    def tell(name: str, figures: str) -> str:
        return f"  {size:>9,} products, {name:12} {figures}  (pace {pace():.0f} ns)"

    with tempfile.TemporaryDirectory() as folder:
        index = TantivyIndex(Path(folder))
        filled = filling(size, lambda: put_all(index, products), lambda: size_of(Path(folder)))
        print(tell("embedded", f"{cost_of(page_of(index), queries)}  {filled}"), flush=True)
        index.close()
    if size == 2 * STORE:
        print(tell("in one store", _in_store(products, queries)), flush=True)
    if rivals.models is not None and size <= rivals.largest:
        with tempfile.TemporaryDirectory() as folder:
            both = hybrid(TantivyIndex(Path(folder)), rivals.models, Path(folder))
            put_all(both, products)
            print(
                tell(
                    "hybrid",
                    f"{cost_of(page_of(both), queries)}  {size_of(Path(folder)) / size:.0f} bytes each",
                ),
                flush=True,
            )
            both.close()
    if size > rivals.largest:
        return
    with tempfile.TemporaryDirectory() as folder:
        fts5 = Fts5(Path(folder) / "fts5.sqlite")
        filled = filling(size, lambda: fts5.put(products), lambda: size_of(Path(folder)))
        cost = cost_of(_rank(fts5), queries[:FEW], at_least=FEW)
        print(tell("SQLite FTS5", f"{cost}  {filled}"), flush=True)
        fts5.close()
    if rivals.opensearch:
        there = opensearch(rivals.opensearch)
        filled = filling(size, lambda: put_all(there, products), there.bytes_on_disk, elsewhere=True)
        cost = cost_of(page_of(there), queries[:FEW], at_least=FEW, clock=True)
        print(tell("OpenSearch", f"{cost}  {filled}"), flush=True)
        there.discard()
        there.close()


def _in_store(products: list[Product], queries: list[str]) -> str:
    """Searching inside one store of many products, while as many and more are elsewhere."""
    index: ProductIndex = TantivyIndex()
    put_all(
        index, [p if at < STORE else replace(p, mini_program_id=ELSEWHERE) for at, p in enumerate(products)]
    )
    cost = cost_of(page_of(index, Scope(only=frozenset({SHOP}))), queries)
    index.close()
    return f"{cost}  of {STORE:,} products"


def _rank(fts5: Fts5) -> Callable[[str], object]:
    return lambda query: fts5.rank(query, 20)
