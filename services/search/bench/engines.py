"""What is compared: this project's engines, and SQLite's full-text search as what anybody has at hand."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from search.domain.documents import Product, number_of
from search.domain.queries import ProductQuery, QueryRefused
from search.engine.port import IndexAway, ProductIndex
from search.language.text import grams, has_han

if TYPE_CHECKING:
    from search.engine.opensearch_index import OpenSearchIndex
    from search.meaning.models import Kind, Reader

AWAY = (IndexAway,)
"""What is raised when an engine in another process does not answer, or not in time."""
FTS_QUERY = """
SELECT id FROM products WHERE products MATCH ? ORDER BY bm25(products, 0, 3.0, 2.0, 1.0, 1.0, 0.3) LIMIT ?
"""
"""Weights of title, brand, model, description, attributes: what measured best for it."""


class Engine:
    """An index that answers with ids."""

    def __init__(self, index: ProductIndex, products: Iterable[Product]) -> None:
        self._ids: dict[int, str] = {}
        self.index = index
        index.put(self._noted(products))
        index.commit()
        index.refresh()

    def _noted(self, products: Iterable[Product]) -> Iterable[Product]:
        for product in products:
            self._ids[number_of(product.product_id)] = product.product_id
            yield product

    def rank(self, query: str, limit: int) -> Sequence[str]:
        """Ids of the best products."""
        with suppress(QueryRefused):
            return [self._ids[hit.number] for hit in self.index.search(ProductQuery(query, limit=limit)).hits]
        return []

    def close(self) -> None:
        """Give it up."""
        self.index.discard()
        self.index.close()


def hybrid(words: ProductIndex, models: Path, folder: Path | None = None) -> ProductIndex:
    """`words` with meanings beside it, which are read with each commit."""
    from search.engine.hybrid_index import HybridIndex
    from search.meaning.models import KINDS
    from search.meaning.vectors import Meanings

    readers = {kind: _read_once(kind, models) for kind in KINDS}
    meanings = Meanings(readers, folder)

    class ReadAtOnce(HybridIndex):
        def commit(self) -> None:
            super().commit()
            for reader in readers.values():
                reader.remembers = True
            while meanings.fill():
                pass
            for reader in readers.values():
                reader.remembers = False

    return ReadAtOnce(words, meanings)


@lru_cache
def _read_once(kind: Kind, models: Path) -> ReadOnce:
    """One for each model: what one index has read no other one reads again."""
    from search.meaning.models import Model

    return ReadOnce(Model(kind, models))


class ReadOnce:
    """A model that remembers the products' texts, since the same ones come again and again here; queries it reads anew."""

    def __init__(self, model: Reader) -> None:
        self.dimensions = model.dimensions
        self.remembers = False
        self._model = model
        self._known: dict[str, Any] = {}

    def encode(self, texts: Sequence[str]) -> Any:
        """A vector for each text."""
        if not self.remembers:
            return self._model.encode(texts)
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._model.encode(new), strict=True))
        import numpy as np

        return np.stack([self._known[text] for text in texts])


def opensearch(url: str) -> OpenSearchIndex:
    """An empty index there."""
    from search.engine.opensearch_index import OpenSearchIndex

    name = f"anchorage-bench-{secrets.token_hex(4)}"
    return OpenSearchIndex(url, name, timeout=120)


class Fts5:
    """SQLite FTS5 with its BM25: porter stems, or pairs of characters where there is Chinese."""

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
    """Chinese as pairs of characters with blanks between, since FTS5 cuts at blanks."""
    if not has_han(text):
        return text
    return " ".join(gram for gram in grams(text) if len(gram) == 2) or text
