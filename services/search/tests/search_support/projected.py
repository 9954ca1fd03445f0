"""A projection with the searches that show what it has."""

from __future__ import annotations

from pathlib import Path

from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.sqlite_state import SqliteState
from search.application.directory import Accounts, Directory
from search.application.facts import Fact
from search.application.library import Library
from search.application.popular_queries import PopularQueries
from search.application.ports import IndexState, Offsets, ProductIndex
from search.application.projection import Projection
from search.application.results import ProductResult
from search.application.search_column import search_column
from search.domain.ranking import RankingRule


class ProjectedWorld:
    """A projection into `index` and `state`."""

    def __init__(self, index: ProductIndex, state: IndexState) -> None:
        self.library = library_of(index, state)
        self.projection = Projection(self.library, state)
        self.projection.load()

    def apply(self, *facts: Fact, offsets: Offsets | None = None) -> None:
        """Apply the facts and make them visible."""
        self.projection.make_visible(self.projection.apply(facts, offsets or {}))

    def found(self, query: str) -> list[tuple[str, int, bool]]:
        """Title, price and availability of the products that the column shows."""
        results = search_column(self.library, "app", query, None, 20).results
        cards = [r.card for r in results if isinstance(r, ProductResult)]
        return [(card.title, card.price, card.in_stock) for card in cards]


def library_of(index: ProductIndex, state: IndexState | None = None) -> Library:
    """A library around the index; everything else is empty."""
    rule = RankingRule()
    cards = SqliteState() if state is None else state
    return Library(index, cards, Directory(rule), Accounts(TantivyIndex()), PopularQueries(), rule)


def open_index(folder: Path) -> tuple[TantivyIndex, None]:
    """An embedded index without vectors."""
    return TantivyIndex(folder / "products"), None
