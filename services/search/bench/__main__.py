"""`python -m search.bench DATA [--sizes 20000 200000 1000000] [--opensearch URL|FOLDER] [--hybrid FOLDER] [--json FILE]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from search.bench import brands, corpora
from search.bench.engines import AWAY, Engine, Fts5, hybrid, opensearch
from search.bench.judged import Relevance, measure
from search.bench.opensearch import NotStarted, running
from search.bench.own_cases import own_cases
from search.bench.report import Report, memory
from search.bench.sizes import Rivals, sizes
from search.engine.tantivy_index import TantivyIndex

SETS = {"icecat": corpora.english, "qbqtc": corpora.chinese}


def main() -> int:
    """Print every figure; what there is no data for is said to be left out."""
    asked = _asked()
    data = asked.data or Path("no data was given")
    report = Report(asked.json)
    report.row("Mini programs first", "own cases", lambda: [own_cases()])
    _brand_queries(report, data / "esci_brands")
    with _opensearch(asked.opensearch) as url:
        rivals = Rivals(url, asked.hybrid, asked.rivals)
        found = [_corpus(data, folder) for folder in asked.sets]
        there = [corpus for corpus in found if corpus is not None]
        for corpus in there:
            _relevance(report, corpus, rivals)
        for size in asked.sizes:  # the small sizes of all before the large ones of any
            for corpus in there:
                sizes(report, corpus, size, rivals)
    print(f"\n{memory()}")
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("data", type=Path, nargs="?", help="folder with the judged sets icecat, qbqtc, esci_brands")
    add("--sizes", type=int, nargs="*", default=[20_000, 200_000])
    add("--sets", nargs="*", choices=[*SETS, "none"], default=[*SETS], help="judged sets to measure")
    add("--opensearch", help="address of an OpenSearch to compare with, or a folder to start one from")
    add("--hybrid", type=Path, help="folder with the embedding models: measured with them as well")
    add("--rivals", type=int, default=200_000, help="largest size at which others are measured too")
    add("--json", type=Path, help="file that keeps the rows: a run that was stopped goes on from there")
    return parser.parse_args()


def _corpus(data: Path, folder: str) -> corpora.Corpus | None:
    if folder not in SETS or not (data / folder).is_dir():
        print(f"{folder}: left out, there is no folder {data / folder}")
        return None
    return SETS[folder](data / folder)


def _brand_queries(report: Report, folder: Path) -> None:
    if folder.is_dir():
        report.row("Mini programs first", "brand queries", lambda: [brands.firsts(corpora.names(folder))])
    else:
        print(f"esci_brands: left out, there is no folder {folder}")


def _relevance(report: Report, corpus: corpora.Corpus, rivals: Rivals) -> None:
    part = f"{corpus.name}, {len(corpus.products):,} products, {len(corpus.queries):,} queries"

    def of(make: Callable[[], Engine | Fts5]) -> Callable[[], Sequence[Relevance]]:
        def found() -> Sequence[Relevance]:
            engine = make()
            try:
                return [measure(corpus.queries, corpus.ratings, engine.rank)]
            finally:
                engine.close()

        return found

    models, url = rivals.models, rivals.opensearch
    report.row(part, "embedded", of(lambda: Engine(TantivyIndex(), corpus.products)))
    if models is not None:
        report.row(part, "hybrid", of(lambda: Engine(hybrid(TantivyIndex(), models), corpus.products)))
    report.row(part, "SQLite FTS5", of(lambda: Fts5.of(corpus.products)))
    if url is not None:
        there = report.row(part, "OpenSearch", of(lambda: Engine(opensearch(url), corpus.products)), AWAY)
        if not there:
            rivals.without_opensearch()


@contextmanager
def _opensearch(asked: str | None) -> Iterator[str | None]:
    """The address of the OpenSearch that is asked for; one of our own for a folder; None, said so, when it does not start."""
    if asked is None or asked.startswith("http"):
        yield asked
        return
    with ExitStack() as started:
        try:
            url: str | None = started.enter_context(running(Path(asked)))
        except NotStarted as fault:
            print(f"OpenSearch is left out: {fault}", flush=True)
            url = None
        yield url


if __name__ == "__main__":
    raise SystemExit(main())
