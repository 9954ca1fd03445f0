"""`python -m search.bench DATA [--sizes 20000 200000] [--opensearch URL]`."""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

from search.bench import brands, corpora
from search.bench.costs import PAGE, cost_of, filled, page_of
from search.bench.engines import Engine, Fts5
from search.bench.judged import measure
from search.engine.port import ProductIndex
from search.engine.tantivy_index import TantivyIndex

SETS = {"icecat": corpora.english, "qbqtc": corpora.chinese}


def main() -> int:
    """Print every figure; what there is no data for is said to be left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the judged sets icecat, qbqtc, esci_brands")
    parser.add_argument("--sizes", type=int, nargs="*", default=[20_000, 200_000])
    parser.add_argument("--opensearch", help="address of an OpenSearch to compare with")
    asked = parser.parse_args()
    for folder, read in SETS.items():
        if not (asked.data / folder).is_dir():
            print(f"{folder}: left out, there is no folder {asked.data / folder}")
            continue
        corpus = read(asked.data / folder)
        print(f"\n{corpus.name}: {len(corpus.products):,} products, {len(corpus.queries):,} queries")
        _relevance(corpus, asked.opensearch)
        for size in asked.sizes:
            _costs(corpus, size)
    if (asked.data / "esci_brands").is_dir():
        print(f"\nBrand queries: {brands.firsts(corpora.names(asked.data / 'esci_brands'))}")
    else:
        print(f"esci_brands: left out, there is no folder {asked.data / 'esci_brands'}")
    return 0


def _relevance(corpus: corpora.Corpus, opensearch: str | None) -> None:
    queries = list(corpus.queries.values())
    engines: list[tuple[str, Engine | Fts5]] = [
        ("embedded", Engine(TantivyIndex(), corpus.products)),
        ("SQLite FTS5", Fts5(corpus.products)),
    ]
    if opensearch:
        engines.append(("OpenSearch", Engine(_opensearch(opensearch), corpus.products)))
    for name, engine in engines:
        relevance = measure(corpus.queries, corpus.ratings, engine.rank)
        cost = cost_of(partial(engine.rank, limit=PAGE), queries)
        print(f"  {name:12} {relevance}  {cost}")


def _opensearch(url: str) -> ProductIndex:
    from search.engine.opensearch_index import OpenSearchIndex

    index = OpenSearchIndex(url, "anchorage-bench", timeout=60)
    index.discard()
    return OpenSearchIndex(url, "anchorage-bench", timeout=60)


def _costs(corpus: corpora.Corpus, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index, filling = filled(Path(folder), list(corpora.copies(corpus.products, size)))
        cost = cost_of(page_of(index), list(corpus.queries.values()))
        print(f"  {size:>9,} products: {cost}  filled at {filling}")
        index.close()


if __name__ == "__main__":
    raise SystemExit(main())
