"""The engines to compare: this project's, and SQLite's full-text search as a baseline."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from search.adapters.engine.tantivy_index import TantivyIndex
from search.application.directory import Accounts, Directory
from search.application.library import Library
from search.application.popular_queries import PopularQueries
from search.application.ports import IndexUnavailable, ProductIndex
from search.domain.cards import Card, card_of
from search.domain.documents import Product, number_of
from search.domain.errors import QueryRefused
from search.domain.language.text import grams, has_han
from search.domain.queries import ProductQuery, query_text
from search.domain.ranking import RankingRule

if TYPE_CHECKING:
    from search.adapters.engine.opensearch_index import OpenSearchIndex
    from search.adapters.meaning.models import Embedder, ModelKind

UNAVAILABLE = (IndexUnavailable,)
"""Raised when an engine in another process does not answer in time."""
FTS_QUERY = """
SELECT id FROM products WHERE products MATCH ? ORDER BY bm25(products, 0, 3.0, 2.0, 1.0, 1.0, 0.3) LIMIT ?
"""
"""Weights of title, brand, model, description, attributes: the best that we measured for it."""


class Engine:
    """An index that answers with ids, as search inside a mini program does: for the likely meaning of a query that nothing
    matches whole."""

    def __init__(self, index: ProductIndex, products: Iterable[Product]) -> None:
        self._cards: dict[int, Card] = {}
        self.index = index
        rule = RankingRule()
        self._library = Library(
            index, self, Directory(rule), Accounts(TantivyIndex()), PopularQueries(), rule
        )
        index.put(self._noted(products))
        index.commit()
        index.refresh()

    def _noted(self, products: Iterable[Product]) -> Iterable[Product]:
        for product in products:
            self._cards[number_of(product.product_id)] = card_of(product)
            yield product

    def cards(self, numbers: Sequence[int]) -> dict[int, Card]:
        """The cards of these products, by number."""
        return {number: self._cards[number] for number in numbers}

    def rank(self, query: str, limit: int) -> Sequence[str]:
        """Ids of the best products."""
        try:
            wanted = ProductQuery(query_text(query), limit=limit)
        except QueryRefused:
            return []
        found = self.index.search(wanted)
        if not found.any_whole:
            found, _, _ = self._library.or_meant(wanted, found)
        return [self._cards[hit.number].product_id for hit in found.hits]

    def close(self) -> None:
        """Delete the index."""
        self.index.discard()
        self.index.close()


def hybrid(words: ProductIndex, models: Path, folder: Path | None = None) -> ProductIndex:
    """`words` with search by meaning around it; every commit embeds all products."""
    from search.adapters.engine.hybrid_index import HybridIndex
    from search.adapters.meaning.models import KINDS
    from search.adapters.meaning.vectors import Vectors

    embedders = {kind: _caching(kind, models) for kind in KINDS}
    vectors = Vectors(embedders, folder)

    class EmbedOnCommit(HybridIndex):
        def commit(self) -> None:
            super().commit()
            for embedder in embedders.values():
                embedder.caches = True
            while vectors.embed_some():
                pass
            for embedder in embedders.values():
                embedder.caches = False

    return EmbedOnCommit(words, vectors)


@lru_cache
def _caching(kind: ModelKind, models: Path) -> CachingEmbedder:
    """One for each model, shared by all indexes."""
    from search.adapters.meaning.models import Model

    return CachingEmbedder(Model(kind, models))


class CachingEmbedder:
    """Caches the vectors of products' texts, which repeat in the bench; embeds every query."""

    def __init__(self, model: Embedder) -> None:
        self.dimensions = model.dimensions
        self.caches = False
        self._model = model
        self._cached: dict[str, Any] = {}

    def encode(self, texts: Sequence[str]) -> Any:
        """A vector for each text."""
        if not self.caches:
            return self._model.encode(texts)
        new = list(dict.fromkeys(text for text in texts if text not in self._cached))
        if new:
            self._cached.update(zip(new, self._model.encode(new), strict=True))
        import numpy as np

        return np.stack([self._cached[text] for text in texts])


def opensearch(url: str) -> OpenSearchIndex:
    """An empty index in the OpenSearch at `url`."""
    from search.adapters.engine.opensearch_index import OpenSearchIndex

    name = f"anchorage-bench-{secrets.token_hex(4)}"
    return OpenSearchIndex(url, name, timeout=120)


class Fts5:
    """SQLite FTS5 with its BM25: Porter stems, and pairs of characters for Chinese."""

    def __init__(self, file: Path | None = None) -> None:
        self._db = sqlite3.connect(":memory:" if file is None else file, isolation_level=None)
        self._db.execute(
            "CREATE VIRTUAL TABLE products USING fts5(id UNINDEXED, title, brand, model, description, attributes, "
            "tokenize = 'porter unicode61')"
        )

    @classmethod
    def of(cls, products: Iterable[Product]) -> Fts5:
        """These products, in memory."""
        made = cls()
        made.put(products)
        return made

    def put(self, products: Iterable[Product]) -> None:
        """All products, in one transaction."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)",
            (
                (p.product_id, *map(_spaced, (p.title, p.brand, p.model, p.description, " ".join(p.attributes.values()))))
                for p in products
            ),
        )  # fmt: skip
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def rank(self, query: str, limit: int) -> Sequence[str]:
        """Ids of the best products."""
        terms = [f'"{term}"' for term in re.findall(r"\w+", _spaced(query))]
        if not terms:
            return []
        found = self._db.execute(FTS_QUERY, (" OR ".join(terms), limit))
        return [row[0] for row in found]


def _spaced(text: str) -> str:
    """Chinese as pairs of characters with blanks between them, since FTS5 splits at blanks."""
    if not has_han(text):
        return text
    return " ".join(gram for gram in grams(text) if len(gram) == 2) or text
