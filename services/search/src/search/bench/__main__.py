"""`python -m search.bench DATA [--sizes 20000 200000 1000000] [--opensearch URL|FOLDER] [--hybrid FOLDER]`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.bench import brands, corpora
from search.bench.engines import Engine, Fts5, hybrid, opensearch
from search.bench.judged import measure
from search.bench.own_cases import own_cases
from search.bench.sizes import Rivals, sizes
from search.engine.tantivy_index import TantivyIndex

SETS = {"icecat": corpora.english, "qbqtc": corpora.chinese}


def main() -> int:
    """Print every figure; what there is no data for is said to be left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", type=Path, nargs="?", help="folder with the judged sets icecat, qbqtc, esci_brands"
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[20_000, 200_000])
    parser.add_argument(
        "--sets", nargs="*", choices=[*SETS, "none"], default=[*SETS], help="judged sets to measure"
    )
    parser.add_argument(
        "--opensearch", help="address of an OpenSearch to compare with, or a folder to start one from"
    )
    parser.add_argument(
        "--hybrid", type=Path, help="folder with the embedding models: measured with them as well"
    )
    parser.add_argument(
        "--rivals", type=int, default=200_000, help="largest size at which others are measured too"
    )
    asked = parser.parse_args()
    print(f"Own cases: {own_cases()}", flush=True)
    data = asked.data or Path("no data was given")
    with _opensearch(asked.opensearch) as url:
        rivals = Rivals(url, asked.hybrid, asked.rivals)
        for folder in asked.sets:
            if not (data / folder).is_dir():
                print(f"{folder}: left out, there is no folder {data / folder}")
                continue
            corpus = SETS[folder](data / folder)
            print(
                f"\n{corpus.name}: {len(corpus.products):,} products, {len(corpus.queries):,} queries",
                flush=True,
            )
            _relevance(corpus, rivals)
            for size in asked.sizes:
                sizes(corpus, size, rivals)
    if (data / "esci_brands").is_dir():
        print(f"\nBrand queries: {brands.firsts(corpora.names(data / 'esci_brands'))}")
    else:
        print(f"esci_brands: left out, there is no folder {data / 'esci_brands'}")
    return 0


def _relevance(corpus: corpora.Corpus, rivals: Rivals) -> None:
    def tell(name: str, engine: Engine | Fts5) -> None:
        print(f"  {name:12} {measure(corpus.queries, corpus.ratings, engine.rank)}", flush=True)
        engine.close()

    tell("embedded", Engine(TantivyIndex(), corpus.products))
    if rivals.models:
        tell("hybrid", Engine(hybrid(TantivyIndex(), rivals.models), corpus.products))
    fts5 = Fts5()
    fts5.put(corpus.products)
    tell("SQLite FTS5", fts5)
    if rivals.opensearch:
        tell("OpenSearch", Engine(opensearch(rivals.opensearch), corpus.products))


@contextmanager
def _opensearch(asked: str | None) -> Iterator[str | None]:
    """The address of the OpenSearch that is asked for; one of our own for a folder."""
    if asked is None or asked.startswith("http"):
        yield asked
        return
    from search.bench.opensearch import running

    with running(Path(asked)) as url:
        yield url


if __name__ == "__main__":
    raise SystemExit(main())
