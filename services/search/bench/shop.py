"""Judged shop queries, asked of the whole search column over the demo's catalogue.

The catalogue goes through the service's own code from the event on, as in a running installation; the judgements are not
part of this project. A query says which mini program must come first (`first`), or that nothing may be found (`nothing`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anchorage_demo.bodies import product_body, program_body
from anchorage_demo.loading import load_world
from anchorage_demo.world import World
from bench.judged import RELEVANT, Ratings, ndcg, read_ratings, rows
from contracts.catalog import MiniProgramPublished, ProductListed, StockLevelChanged
from contracts.terms import CommissionTerms
from search.adapters.contracts_in import fact_of
from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.sqlite_state import SqliteState
from search.application.directory import Accounts, Directory
from search.application.facts import Fact
from search.application.library import Library
from search.application.popular_queries import PopularQueries
from search.application.ports import ProductIndex
from search.application.projection import Projection
from search.application.results import AnyResult, ProductResult, ProgramResult
from search.application.search_column import search_column
from search.domain.errors import QueryRefused
from search.domain.ranking import RankingRule

HOST = "host_kuaiying"
"""The host that the judgements hold for."""
DEPTH = 20
TERMS = CommissionTerms(platform_bp=0, creator_bp=0, terms_version=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """Queries as objects with `query_id`, `query`, `kind`, `first`, `nothing`; and their ratings."""

    queries: list[dict[str, Any]]
    ratings: Ratings


def judged(folder: Path) -> Judged:
    """The judged queries in `folder`."""
    return Judged(rows(folder / "dev.queries.jsonl"), read_ratings(folder / "dev.qrels.csv"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one query found; None where a measure does not apply to it."""

    kind: str
    ndcg: float | None = None
    right: bool | None = None
    """The first product is relevant."""
    found: bool | None = None
    """A query that may find nothing found something."""
    first: bool | None = None
    """The named mini program came first."""
    wrongly: bool | None = None
    """A mini program came first without being named."""


@dataclass(frozen=True, slots=True)
class ShopRelevance:
    """Means over queries; counts as (how many, of how many)."""

    ndcg10: float
    p1: float
    kinds: dict[str, tuple[float, float]]
    """NDCG@10 and P@1 by kind."""
    nothing_found: tuple[int, int]
    named_first: tuple[int, int]
    wrongly_first: tuple[int, int]

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {ndcg:.3f} {p1:.3f}" for kind, (ndcg, p1) in self.kinds.items())
        counts = "; ".join(
            f"{name} {some}/{all_}"
            for name, (some, all_) in (
                ("found though there is nothing", self.nothing_found),
                ("named first", self.named_first),
                ("first though not named", self.wrongly_first),
            )
        )
        return f"ndcg@10 {self.ndcg10:.4f}  P@1 {self.p1:.4f}  {counts}  (ndcg@10, P@1 of {kinds})"


class Shop:
    """The demo's catalogue in `index`, with the whole search column in front of it."""

    def __init__(self, index: ProductIndex) -> None:
        rule, state = RankingRule(), SqliteState()
        self._library = Library(
            index, state, Directory(rule), Accounts(TantivyIndex()), PopularQueries(), rule
        )
        projection = Projection(self._library, state)
        projection.make_visible(projection.apply(list(_facts(load_world())), {}))

    def ask(self, query: str) -> Sequence[AnyResult]:
        """The results of the first page; none for a refused query."""
        try:
            return search_column(self._library, HOST, query, None, DEPTH).results
        except QueryRefused:
            return ()

    def close(self) -> None:
        """Delete the index."""
        self._library.index.discard()
        self._library.index.close()


def outcomes(shop: Shop, judged: Judged) -> dict[str, Outcome]:
    """The outcome of each query, by id."""
    return {
        query["query_id"]: _outcome(
            query, judged.ratings.get(query["query_id"], {}), shop.ask(query["query"])
        )
        for query in judged.queries
    }


def summary(found: Iterable[Outcome]) -> ShopRelevance:
    """Means and counts."""
    all_ = list(found)
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in all_:
        if outcome.ndcg is not None:
            by_kind[outcome.kind].append(outcome)
    return ShopRelevance(
        _mean(all_, lambda o: o.ndcg),
        _mean(all_, lambda o: o.right),
        {
            kind: (_mean(of, lambda o: o.ndcg), _mean(of, lambda o: o.right))
            for kind, of in sorted(by_kind.items())
        },
        _count(o.found for o in all_),
        _count(o.first for o in all_),
        _count(o.wrongly for o in all_),
    )


def _facts(world: World) -> Iterator[Fact]:
    owners = {owner.owner_id: owner for owner in world.owners}
    for program in world.mini_programs:
        body = program_body(program, owners[program.owner_id])
        owner = {
            "owner_id": program.owner_id,
            "name": body.pop("owner_name"),
            "name_en": body.pop("owner_name_en"),
            "kind": body.pop("owner_kind"),
        }
        event = MiniProgramPublished.model_validate(
            body
            | {"mini_program_id": program.mini_program_id, "owner": owner, "state": "published"}
            | {"terms": TERMS, "version": 1}
        )
        yield _fact(event)
    for product in world.products:
        body = product_body(product)
        stock = {sku["sku_id"]: sku.pop("initial_stock") for sku in body["skus"]}
        ids = {"product_id": product.product_id, "mini_program_id": product.mini_program_id}
        yield _fact(ProductListed.model_validate(body | ids | {"terms": TERMS, "version": 1}))
        for sku_id, available in stock.items():
            yield _fact(StockLevelChanged(sku_id=sku_id, available=available, version=1, **ids))


def _fact(event: Any) -> Fact:
    fact = fact_of(event)
    assert fact is not None  # noqa: S101
    return fact


def _outcome(query: dict[str, Any], ratings: dict[str, int], results: Sequence[AnyResult]) -> Outcome:
    products = list(dict.fromkeys(r.card.product_id for r in results if isinstance(r, ProductResult)))
    relevant = {product for product, rating in ratings.items() if rating >= RELEVANT}
    top = results[0] if results else None
    named = top.program.mini_program_id if isinstance(top, ProgramResult) else None
    return Outcome(
        query["kind"],
        ndcg=ndcg(products, ratings) if any(ratings.values()) else None,
        right=products[:1] != [] and products[0] in relevant if relevant else None,
        found=any(isinstance(r, ProductResult | ProgramResult) for r in results)
        if query["nothing"]
        else None,
        first=named == query["first"] if query["first"] else None,
        wrongly=named is not None if not query["first"] else None,
    )


def _mean(outcomes: Iterable[Outcome], of: Callable[[Outcome], float | None]) -> float:
    known = [value for outcome in outcomes if (value := of(outcome)) is not None]
    return sum(known) / len(known) if known else 0.0


def _count(answers: Iterable[bool | None]) -> tuple[int, int]:
    known = [answer for answer in answers if answer is not None]
    return sum(known), len(known)
