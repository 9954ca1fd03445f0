"""`python -m bench DATA [--sizes 20000 200000 1000000] [--opensearch URL|FOLDER] [--hybrid FOLDER] [--json FILE]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench import brands, corpora, shop
from bench.engines import UNAVAILABLE, Engine, Fts5, hybrid, opensearch
from bench.folds import Measure, nested
from bench.judged import Relevance, each, measure
from bench.opensearch import NotStarted, running
from bench.own_cases import own_cases
from bench.report import Report, memory
from bench.sizes import Rivals, sizes
from search.adapters.engine.tantivy_index import TantivyIndex

SETS = {"icecat": corpora.english, "qbqtc": corpora.chinese}


def main() -> int:
    """Print every figure; a set without data is left out, with a message."""
    arguments = _arguments()
    data = arguments.data or Path("no data was given")
    report = Report(arguments.json)
    report.row("Mini programs first", "own cases", lambda: [own_cases()])
    _brand_queries(report, data / "esci_brands")
    _shop_queries(report, data / "shop")
    with _opensearch(arguments.opensearch) as url:
        rivals = Rivals(url, arguments.hybrid, arguments.rivals)
        loaded = [_corpus(data, folder) for folder in arguments.sets]
        corpora_there = [corpus for corpus in loaded if corpus is not None]
        for corpus in corpora_there:
            _relevance(report, corpus, rivals)
        if corpora_there:
            _folds(corpora_there, data / "shop")
        for size in arguments.sizes:  # the small sizes of all before the large ones of any
            for corpus in corpora_there:
                sizes(report, corpus, size, rivals)
    print(f"\n{memory()}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("data", type=Path, nargs="?", help="folder with the judged sets shop, icecat, qbqtc, esci_brands")
    add("--sizes", type=int, nargs="*", default=[20_000, 200_000])
    add("--sets", nargs="*", choices=[*SETS, "none"], default=[*SETS], help="judged sets to measure")
    add("--opensearch", help="address of an OpenSearch to compare with, or a folder to start one from")
    add("--hybrid", type=Path, help="folder with the embedding models: measures with them as well")
    add("--rivals", type=int, default=200_000, help="largest size at which other engines are measured too")
    add("--json", type=Path, help="file for the rows: a stopped run continues from there")
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


def _shop_queries(report: Report, folder: Path) -> None:
    if not folder.is_dir():
        print(f"shop: left out, there is no folder {folder}")
        return
    report.row(
        "Demo's shops, whole column",
        "embedded",
        lambda: [shop.summary(_outcomes(shop.judged(folder)).values())],
    )


def _outcomes(judged: shop.Judged) -> dict[str, shop.Outcome]:
    asked = shop.Shop(TantivyIndex())
    try:
        return shop.outcomes(asked, judged)
    finally:
        asked.close()


def _folds(found: Sequence[corpora.Corpus], shop_folder: Path) -> None:
    measures: dict[str, Measure] = {corpus.name: partial(_scores, corpus) for corpus in found}
    if shop_folder.is_dir():
        judged = shop.judged(shop_folder)
        measures["Demo's shops"] = lambda: {
            query: outcome.ndcg for query, outcome in _outcomes(judged).items() if outcome.ndcg is not None
        }
    print("\nWeights of fields, cross-validated (ndcg@10)")
    for name, result in nested(measures).items():
        print(f"  {name:18} {result}", flush=True)


def _scores(corpus: corpora.Corpus) -> dict[str, float]:
    engine = Engine(TantivyIndex(), corpus.products)
    try:
        found = each(corpus.queries, corpus.ratings, engine.rank)
    finally:
        engine.close()
    return {query: measures["ndcg10"] for query, measures in found.items()}


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
        measured = report.row(
            part, "OpenSearch", of(lambda: Engine(opensearch(url), corpus.products)), UNAVAILABLE
        )
        if not measured:
            rivals.without_opensearch()


@contextmanager
def _opensearch(argument: str | None) -> Iterator[str | None]:
    """The address of the OpenSearch at `argument`, or of one started from that folder; None when it does not start."""
    if argument is None or argument.startswith("http"):
        yield argument
        return
    with ExitStack() as started:
        try:
            url: str | None = started.enter_context(running(Path(argument)))
        except NotStarted as error:
            print(f"OpenSearch is left out: {error}", flush=True)
            url = None
        yield url


if __name__ == "__main__":
    raise SystemExit(main())
